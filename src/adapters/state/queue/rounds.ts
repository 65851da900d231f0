import type { Logger } from 'pino';
import type { Work } from '../../../ports/state.ts';
import { stateFailure } from '../failure.ts';
import { sparseWarnings } from '../sparse-warnings.ts';
import { BEGINNING, type Cursor } from '../unfinished-work.ts';
import type { LocalRuns } from './local-runs.ts';

/** Pause between two rounds, and how far chance moves it, so that replicas spread. */
const ROUND_EVERY_MS = 30_000;
const JITTER_MS = 10_000;
/** Pause between two looks of one round, when there is more than one look takes. */
const LOOK_EVERY_MS = 1_000;

/** Rounds over all unfinished work, whatever the queue knows of it. */
export interface Rounds {
  /** Begins a round now: at the start, and when another replica is gone. Throws what the state throws. */
  now(): Promise<void>;
  stop(): void;
}

/** Each look takes a bounded part, from where the one before ended, so that nothing hides behind much else. */
export function createRounds(parts: {
  readonly unfinished: (cursor: Cursor) => Promise<{ work: readonly Work[]; next: Cursor }>;
  readonly runs: Pick<LocalRuns, 'wake' | 'ensure'>;
  readonly logger: Pick<Logger, 'warn'>;
}): Rounds {
  const { runs } = parts;
  const warn = sparseWarnings(parts.logger, 'Unfinished work could not be looked for');
  let cursor = BEGINNING;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** True in a round that was asked for, until it has come to its end: then nothing waits for its next try. */
  let hurried = false;

  async function look(): Promise<void> {
    try {
      const { work, next } = await parts.unfinished(cursor);
      cursor = next;
      for (const { kind, key } of stopped ? [] : work) {
        if (hurried) runs.wake(kind, key);
        else runs.ensure(kind, key);
      }
    } finally {
      lookLater();
    }
  }

  /** Messages that may be behind hurry nobody in an ordinary round. */
  function lookLater(): void {
    clearTimeout(timer);
    if (stopped) return;
    const more = cursor.incident > 0 || (hurried && cursor.view > 0);
    if (!more) hurried = false;
    const pause = more ? LOOK_EVERY_MS : ROUND_EVERY_MS + (Math.random() - 0.5) * JITTER_MS;
    timer = setTimeout(() => {
      look().catch((error: unknown) => {
        const failure = stateFailure(error);
        warn({ error: failure instanceof Error ? failure.message : String(failure) });
      });
    }, pause);
    timer.unref();
  }

  return {
    async now() {
      cursor = BEGINNING;
      hurried = true;
      await look();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
