import { PgBoss, type QueueOptions } from 'pg-boss';
import type { Logger } from 'pino';
import type { WorkKind } from '../../../ports/state.ts';
import { connectionOf, type StateAddress } from '../pool.ts';
import { sparseWarnings } from '../sparse-warnings.ts';

/** pg-boss owns this schema; ours is `firebreak`. */
const BOSS_SCHEMA = 'firebreak_queue';
const MAX_INT4 = 2_147_483_647;
const TEN_YEARS_S = 315_360_000;

/** pg-boss hands these on to pg: a session whose network swallows answers is given up, as its pool destroys it then. */
const NETWORK_BOUNDS = { query_timeout: 22_000, keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

/** How many items of a kind one process handles at once. An `advance` may take as long as a step takes. */
export const concurrency: Readonly<Record<WorkKind, number>> = {
  intake: 2,
  advance: 8,
  render: 2,
  remind: 2,
};

/**
 * Items come again until they are done: after 1 to 2 s, then up to every 30 s, without end. The item of a process that
 * died comes again 10 s after its last sign of life, which is the shortest that pg-boss allows.
 */
const queueOptions = {
  retryLimit: MAX_INT4,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  heartbeatSeconds: 10,
  expireInSeconds: 24 * 3600,
  retentionSeconds: TEN_YEARS_S,
  deleteAfterSeconds: 3600,
} satisfies QueueOptions;

/** The job queue over its own small pool and one LISTEN session; not started. Its errors go to the log. */
export function createBoss(
  options: StateAddress & { instance: string },
  logger: Pick<Logger, 'warn'>,
): PgBoss {
  // Both types describe the options of pg, each in its own words.
  const address: object = connectionOf(options);
  const boss = new PgBoss({
    ...address,
    application_name: `firebreak ${options.instance} queue`.slice(0, 63),
    options: '-c statement_timeout=20000 -c idle_in_transaction_session_timeout=20000',
    ...NETWORK_BOUNDS,
    schema: BOSS_SCHEMA,
    max: 4,
    connectionTimeoutMillis: 5_000,
    useListenNotify: true,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    // The queues never change while Firebreak runs.
    queueCacheIntervalSeconds: 60,
    openTelemetry: { enabled: false },
  });
  const report = sparseWarnings(logger, 'The work queue had an error');
  boss.on('error', (error) => report({ error: withoutWorker(error.message) }));
  boss.on('warning', (warning) => logger.warn({ warning: warning.message }, 'The work queue has a warning'));
  return boss;
}

/** pg-boss appends the worker's id, which would make every worker's error a text of its own. */
function withoutWorker(message: string): string {
  return message.replace(/, Worker: [0-9a-f-]+\)/, ')');
}

/** Creates the queues, or brings them to the present options. */
export async function prepareQueues(boss: PgBoss): Promise<void> {
  for (const kind of Object.keys(concurrency)) {
    await boss.createQueue(kind, { ...queueOptions, notify: true });
    await boss.updateQueue(kind, { ...queueOptions, notify: true });
  }
}
