import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Work, WorkKind, WorkQueue } from '../../../ports/state.ts';
import { guarded } from '../failure.ts';
import type { Cursor } from '../unfinished-work.ts';
import { concurrency } from './boss.ts';
import { createLocalRuns, type Handler } from './local-runs.ts';
import { createRounds } from './rounds.ts';

const WorkItem = z.object({ key: z.string() });

/** NOTIFY wakes the workers; polling finds what is delayed, what comes again, and what a lost NOTIFY left. */
const POLL_SECONDS = 1;
/** How often the holder of an item says that it lives; pg-boss gives the item away after 10 s of silence. */
const HEARTBEAT_SECONDS = 3;
const OVERDUE_EVERY_MS = 2_000;

export interface WorkQueueParts {
  readonly boss: PgBoss;
  readonly logger: Pick<Logger, 'warn'>;
  /** What is unfinished, whatever items say: they may be held by a killed process, or lost. */
  readonly unfinished: (cursor: Cursor) => Promise<{ work: readonly Work[]; next: Cursor }>;
  /** What has no item in the queue and was left by a process that died; looked for every few seconds. */
  readonly overdue: () => Promise<readonly Work[]>;
}

export interface OwnQueue extends WorkQueue {
  /** Wakes what another replica left behind. */
  takeOver(): void;
}

/** The work queue: pg-boss delivers, the handlers of one (kind, key) never run twice at once in this process. */
export function createWorkQueue(parts: WorkQueueParts): OwnQueue {
  const { boss, logger } = parts;
  const handlers = new Map<WorkKind, Handler>();
  const runs = createLocalRuns(handlers, logger);
  const rounds = createRounds({ unfinished: parts.unfinished, runs, logger });
  let started = false;
  let stopping: Promise<void> | undefined;
  let overdue: NodeJS.Timeout | undefined;

  /** Looks for what is overdue, and comes again. A state that does not answer has been logged by whoever needs it. */
  function lookForOverdue(): void {
    overdue = setTimeout(() => {
      parts
        .overdue()
        .then(
          (work) => {
            for (const { kind, key } of work) runs.ensure(kind, key);
          },
          () => undefined,
        )
        .finally(() => {
          if (stopping === undefined) lookForOverdue();
        });
    }, OVERDUE_EVERY_MS);
    overdue.unref();
  }

  async function work(kind: WorkKind): Promise<void> {
    const options = {
      localConcurrency: concurrency[kind],
      pollingIntervalSeconds: POLL_SECONDS,
      notifyPollingIntervalSeconds: POLL_SECONDS,
      heartbeatRefreshSeconds: HEARTBEAT_SECONDS,
    };
    await boss.work<unknown>(kind, options, async (jobs) => {
      for (const job of jobs) {
        const result = await runs.deliver(kind, WorkItem.parse(job.data).key);
        if (result !== 'done') throw new NotDone(result);
      }
    });
  }

  async function stop(graceMs: number): Promise<void> {
    clearTimeout(overdue);
    rounds.stop();
    const drained = runs.stop(graceMs);
    await Promise.all([...handlers.keys()].map((kind) => boss.offWork(kind, { wait: false })));
    await drained;
  }

  return {
    handle: (kind, handler) => handlers.set(kind, handler),
    wake: (kind, key) => {
      if (started) runs.wake(kind, key);
    },
    start: () =>
      guarded(async () => {
        started = true;
        await rounds.now();
        for (const kind of handlers.keys()) await work(kind);
        if (stopping === undefined) lookForOverdue();
      }),
    takeOver: () => {
      // What fails here comes again with the next round.
      if (started) rounds.now().catch(() => {});
    },
    stop: (graceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}

/** Tells pg-boss to keep the item. */
class NotDone extends Error {
  constructor(result: string) {
    super(`The work ended as ${result}`);
  }
}
