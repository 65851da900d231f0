import type { Session } from '../domain/snapshot.ts';

/** Wait events that mean waiting for another session or for the client, not working. */
const NOT_WORKING = new Set(['Lock', 'Client', 'Activity', 'Timeout']);

/** Running a statement that uses the server: on a CPU, or waiting for input and output. */
export function isWorking(session: Session): boolean {
  return (
    session.state === 'active' && (isExtending(session) || !NOT_WORKING.has(session.waitEventType ?? 'CPU'))
  );
}

/**
 * Waiting for its turn to make a table longer. It is of type Lock, but held for one page and not for a transaction:
 * many sessions that write to one table show it, and nobody blocks them (seen in the drill's report).
 */
function isExtending(session: Session): boolean {
  return session.waitEventType === 'Lock' && session.waitEvent === 'extend';
}

/** In a transaction that does nothing; it keeps its locks, its slot and its xmin. */
export function isIdleInTransaction(session: Session): boolean {
  return session.state.startsWith('idle in transaction');
}

/** Waiting for a heavyweight lock that another transaction holds. */
export function isLockWaiter(session: Session): boolean {
  return session.waitEventType === 'Lock' && !isExtending(session);
}

/** Seconds for which the session has been in its present state, 0 when PostgreSQL does not say. */
export function secondsInState(session: Session): number {
  return session.stateSeconds ?? 0;
}

/** Age that the guarded signal statement measures: of the transaction, else of the query, in seconds. */
export function signalAge(session: Session): number {
  return session.transactionSeconds ?? session.stateSeconds ?? 0;
}

/** Oldest value of a list of seconds. */
export function oldest(sessions: readonly Session[]): number {
  return sessions.reduce((most, session) => Math.max(most, secondsInState(session)), 0);
}
