import type pg from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import type { Mutex } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import type { LockSession } from './lock-session.ts';

const LOCK = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as answer';
const UNLOCK = 'select pg_advisory_unlock(hashtextextended($1, 0)) as answer';
const PING = 'select true as answer';

interface Hold {
  readonly abort: AbortController;
  session: pg.Client | null;
}

/**
 * Session-level advisory locks. All holds of a process share one session, so that the number of incidents at work is
 * not bounded by connections; within the process the map of holds excludes. PostgreSQL frees the locks when the session
 * ends, with the process or without it.
 */
export function createMutex(sessions: LockSession): Mutex {
  const holds = new Map<string, Hold>();
  sessions.onLost((session) => {
    for (const [name, hold] of holds) {
      if (hold.session === session) hold.abort.abort(lost(name));
    }
  });

  return {
    async exclusively(name, run) {
      if (holds.has(name)) return { status: 'busy' };
      const hold: Hold = { abort: new AbortController(), session: null };
      holds.set(name, hold);
      try {
        const session = await guarded(() => lock(sessions, name));
        if (session === null) return { status: 'busy' };
        hold.session = session;
        try {
          if (!sessions.isCurrent(session)) throw lost(name);
          const confirm = async () => confirmHold(sessions, session, name);
          return { status: 'done', result: await run(hold.abort.signal, confirm) };
        } finally {
          await unlock(sessions, session, name);
        }
      } finally {
        holds.delete(name);
      }
    },
  };
}

async function lock(sessions: LockSession, name: string): Promise<pg.Client | null> {
  const session = await sessions.open();
  try {
    return (await sessions.ask(session, LOCK, [lockName(name)])) ? session : null;
  } catch (error) {
    // The lock may have been taken although the answer was lost; ending the session frees it.
    sessions.discard(session);
    throw error;
  }
}

/** Asks the server, because a process that was frozen has not heard yet that its session is over. */
async function confirmHold(sessions: LockSession, session: pg.Client, name: string): Promise<void> {
  if (!sessions.isCurrent(session)) throw lost(name);
  const answered = await sessions.ask(session, PING, []).catch(() => false);
  if (!answered) sessions.discard(session);
  if (!sessions.isCurrent(session)) throw lost(name);
}

async function unlock(sessions: LockSession, session: pg.Client, name: string): Promise<void> {
  if (!sessions.isCurrent(session)) return;
  const freed = await sessions.ask(session, UNLOCK, [lockName(name)]).catch(() => false);
  if (!freed) sessions.discard(session);
}

function lockName(name: string): string {
  return `firebreak:mutex:${name}`;
}

function lost(name: string): FirebreakError {
  return new FirebreakError(
    'state-unavailable',
    `The hold on ${name} was lost with its session to the state database.`,
    { hint: 'Firebreak goes on by itself once the state database answers.', retryable: true },
  );
}
