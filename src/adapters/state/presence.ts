import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Logger } from 'pino';
import { isFirebreakError } from '../../domain/errors.ts';
import type { Presence } from '../../ports/state.ts';
import { guarded, stateFailure } from './failure.ts';
import type { LockSession } from './lock-session.ts';
import { forgetGone, living, markGone, markLeft, REPLICA_LOCK, register } from './replicas.ts';
import { sparseWarnings } from './sparse-warnings.ts';
import type { StateTables } from './tables.ts';

/** Pause between two looks at the other replicas, and how far chance moves it, so that replicas spread. */
const LOOK_EVERY_MS = 1_000;
const JITTER_MS = 400;
/** Every so many looks, what is long gone is removed. */
const FORGET_EVERY = 5;
const LOCK = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as answer';
const UNLOCK = 'select pg_advisory_unlock(hashtextextended($1, 0)) as answer';

export interface PresenceParts {
  readonly db: Kysely<StateTables>;
  readonly locks: LockSession;
  readonly instance: string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Another replica is gone, and this one alone was to notice it. */
  readonly onGone: () => void;
  /** The state has been away and answers again; what throws is called again with the next look. */
  readonly onReturn: () => Promise<void>;
}

type Joining = Parameters<Presence['join']>[0];

export interface OwnPresence extends Presence {
  /** Ends it for good: the replica reads nothing any more. */
  end(): Promise<void>;
}

/**
 * A replica lives as long as it holds the lock of its name: PostgreSQL frees it the moment the process dies, or its
 * session has said nothing for long. Every replica looks about once a second for rows whose lock is free.
 */
export function createPresence(parts: PresenceParts): OwnPresence {
  const { db, locks, instance, logger } = parts;
  const warn = sparseWarnings(logger, 'The other replicas could not be looked at');
  const name = `${REPLICA_LOCK}${instance}`;
  let lockedOn: pg.Client | null = null;
  let registeredOn: pg.Client | null = null;
  let left = false;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  /** Takes the lock on the present session and registers; nothing to do while that session lives. */
  async function ensure(version: string): Promise<void> {
    const session = await locks.open();
    // A session that only this side has lost holds the lock until the server notices; until then it speaks for us.
    if (session !== lockedOn && !(await locks.ask(session, LOCK, [name]))) return;
    lockedOn = session;
    if (session === registeredOn) return;
    await register(db, { instance, version });
    if (registeredOn !== null) await parts.onReturn();
    registeredOn = session;
  }

  async function look(version: string): Promise<void> {
    await ensure(version);
    const gone = await markGone(db, instance);
    for (const replica of gone)
      logger.info({ ...replica }, 'Another replica is gone, its work is taken over');
    if (gone.length > 0) parts.onGone();
    if (looks++ % FORGET_EVERY === 0) await forgetGone(db);
  }

  async function lookSafely({ version, onOutdated }: Joining): Promise<void> {
    try {
      await look(version);
    } catch (error) {
      const failure = stateFailure(error);
      if (isFirebreakError(failure) && failure.code === 'state-version') {
        left = true;
        onOutdated(failure);
        return;
      }
      warn({ error: failure instanceof Error ? failure.message : String(failure) });
    }
  }

  function lookAgain(joining: Joining): void {
    if (left) return;
    const pause = LOOK_EVERY_MS + (Math.random() - 0.5) * JITTER_MS;
    timer = setTimeout(() => {
      looking = lookSafely(joining).then(() => lookAgain(joining));
    }, pause);
    timer.unref();
  }

  async function leave(): Promise<void> {
    left = true;
    clearTimeout(timer);
    await looking;
    const session = lockedOn;
    lockedOn = null;
    if (session === null || !locks.isCurrent(session)) return;
    await locks.ask(session, UNLOCK, [name]).catch(() => locks.discard(session));
  }

  return {
    join: (joining) =>
      guarded(async () => {
        await ensure(joining.version);
        lookAgain(joining);
      }),
    leave,
    others: () => guarded(async () => living(db, instance)),
    async end() {
      await leave();
      if (registeredOn !== null) await markLeft(db, instance).catch(() => {});
    },
  };
}
