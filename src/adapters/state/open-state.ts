import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { State, Work } from '../../ports/state.ts';
import { createAlerts } from './alerts.ts';
import { createBackups } from './backup.ts';
import { createChatMessages } from './chat-messages.ts';
import { checkServer } from './check-server.ts';
import { createDatabase, createPatientDatabase } from './database.ts';
import { databaseTime } from './database-time.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createExplanations } from './explanations.ts';
import { guarded, openingFailure } from './failure.ts';
import { createIncidents } from './incidents.ts';
import { createJournal } from './journal.ts';
import { createLockSession, type LockSession } from './lock-session.ts';
import { migrateState } from './migrate.ts';
import { createMutex } from './mutex.ts';
import { createPool, type StateAddress } from './pool.ts';
import { createPresence } from './presence.ts';
import { createProgressBoard } from './progress-board.ts';
import { createBoss, prepareQueues } from './queue/boss.ts';
import { createEnqueue } from './queue/enqueue.ts';
import { createWorkQueue } from './queue/work-queue.ts';
import { createRetention } from './retention.ts';
import { refuseOldServer } from './server-version.ts';
import { createSilences } from './silences.ts';
import type { StateTables } from './tables.ts';
import { overdueWork, unfinishedWork } from './unfinished-work.ts';

/** The database is Firebreak's alone; a socket directory stands in its URL as `?host=/path`. Not through a pooler. */
export interface OpenStateOptions extends StateAddress {
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Name of this start of this process, shown in pg_stat_activity; no two starts share one. */
  readonly instance: string;
}

/** How long stop waits for handlers and jobs when the queue was not stopped before. */
const STOP_GRACE_MS = 1_000;

/**
 * Connects to Firebreak's own database and brings its tables to this version; several replicas may do so at once.
 * It needs at most 12 connections, and PostgreSQL 14 or later.
 * @throws FirebreakError `state-unavailable` when it cannot be used, `state-version` when a newer Firebreak wrote it,
 * `state-pooled` when it is reached through a pooler.
 */
export async function openState(options: OpenStateOptions): Promise<State> {
  const { logger } = options;
  try {
    const pool = createPool(options, logger);
    return await openWith({
      options,
      pool,
      db: createDatabase(pool),
      boss: createBoss(options, logger),
      lockSession: createLockSession(options, logger),
    });
  } catch (error) {
    throw openingFailure(error);
  }
}

interface Connections {
  readonly options: OpenStateOptions;
  readonly pool: pg.Pool;
  readonly db: Kysely<StateTables>;
  readonly boss: PgBoss;
  readonly lockSession: LockSession;
}

async function openWith(connections: Connections): Promise<State> {
  const { pool, db, boss, options } = connections;
  try {
    await checkServer(pool, options.logger);
    await refuseOldServer(db);
    await migrateState(createPatientDatabase(pool), async () => {
      await boss.start();
      await prepareQueues(boss);
    });
  } catch (error) {
    await close(connections).catch(() => {});
    throw error;
  }
  return assemble(connections);
}

function assemble(connections: Connections): State {
  const { db, boss, lockSession, options } = connections;
  const { logger, instance } = options;
  const enqueue = createEnqueue(boss);
  const queue = createWorkQueue({
    boss,
    logger,
    unfinished: (cursor) => unfinishedWork(db, cursor),
    overdue: () => overdueWork(db),
  });
  const committed = (work: readonly Work[]): void => {
    for (const { kind, key, delaySeconds = 0 } of work) if (delaySeconds <= 0) queue.wake(kind, key);
  };
  const journal = createJournal(db, { enqueue, committed, logger, instance });
  const presence = createPresence({
    db,
    locks: lockSession,
    instance,
    logger,
    onGone: () => queue.takeOver(),
    onReturn: async () => journal.lookForLoss(),
  });
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await queue.stop(STOP_GRACE_MS);
    await presence.end();
    await close(connections);
  }

  return {
    journal,
    alerts: createAlerts(db, { committed, write: journal.write }),
    silences: createSilences(db),
    deadLetters: createDeadLetters(db, enqueue),
    explanations: createExplanations(db),
    incidents: createIncidents(db),
    retention: createRetention(db, enqueue),
    backups: createBackups(createPatientDatabase(connections.pool), enqueue),
    progress: createProgressBoard(db),
    messages: createChatMessages(db),
    mutex: createMutex(lockSession),
    presence,
    queue,
    now: async () => guarded(async () => databaseTime(db)),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function close({ lockSession, boss, pool }: Connections): Promise<void> {
  await lockSession.stop();
  await boss.stop({ graceful: true, timeout: STOP_GRACE_MS });
  // What a last connection says when its server goes is nobody's trouble any more.
  boss.removeAllListeners('error').on('error', () => undefined);
  await pool.end();
}
