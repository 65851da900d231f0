import { createConnectionRecord } from '../domain/connection-record.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConnectionHealth } from '../ports/health.ts';

/** Something that is looked at from time to time. */
interface Watched {
  readonly health: () => ConnectionHealth;
  /** Looks once; throws nothing. */
  readonly look: () => Promise<void>;
}

/** Milliseconds between two looks at what is used rarely: a token that has expired shows before somebody needs it. */
const PAUSE_MS = 60_000;

/** A connection whose only use is this look. */
export function watched(
  name: Pick<ConnectionHealth, 'system' | 'name'>,
  use: () => Promise<unknown>,
  clock: Clock,
): Watched {
  const record = createConnectionRecord();
  return {
    health: () => ({ ...name, ...record.read() }),
    async look() {
      try {
        await use();
        record.up(clock.now());
      } catch (error) {
        record.down(error, clock.now());
      }
    },
  };
}

/** Looks at once and then each minute, until it is disposed. */
export function keepLooking(looks: readonly (() => Promise<unknown>)[], clock: Clock): AsyncDisposable {
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await Promise.allSettled(looks.map(async (look) => look()));
      await clock.sleep(PAUSE_MS, stopping.signal).catch(() => undefined);
    }
  };
  const running = round();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}
