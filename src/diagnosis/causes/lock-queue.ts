import { type Cause, type Culprit, culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import { backendId, type Session, type Snapshot } from '../../domain/snapshot.ts';
import { attribute, culpritKey } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, type Pressure } from '../pressure.ts';
import { type RootBlocker, rootBlockers } from '../root-blockers.ts';
import { isIdleInTransaction, isLockWaiter, secondsInState, signalAge } from '../sessions.ts';

/** Fewer waiters than this are ordinary contention. */
const QUEUE = 3;
/** A transaction younger than this passes by itself; seconds. */
const OLD = 5;
const DDL =
  /^\s*(?:\/\*.*?\*\/\s*)*(?:alter|drop|truncate|create|reindex|cluster|lock|vacuum|refresh|comment)\b/is;

/** Sessions queue for a lock. Measured: cancelling the DDL in the middle freed 11 waiters in 123 ms, its blocker went on. */
export const rule: CauseRule = {
  kind: 'lock-queue',
  detect(facts, pressure) {
    if (pressure.lockWaiting < QUEUE) return null;
    const ddl = waitingDdl(facts.snapshot);
    const [root] = rootBlockers(facts.snapshot);
    if (ddl !== null) return ddlCause(facts, pressure, ddl, root ?? null);
    if (root === undefined) return null;
    if (root.session === null) return withoutSession(pressure, root);
    return isIdleInTransaction(root.session) ? null : rootCause(facts, pressure, root, root.session);
  },
};

/** A schema change that waits and has others behind it: it is what turned a slow query into a queue. */
function waitingDdl(snapshot: Snapshot): Session | null {
  const blocking = new Set(snapshot.lockWaiters.flatMap(({ blockers }) => blockers));
  const found = snapshot.sessions.find(
    (session) => isLockWaiter(session) && blocking.has(session.pid) && DDL.test(session.sql),
  );
  return found ?? null;
}

function waiting(pressure: Pressure, facts: DiagnosisFacts): string {
  return `${formatCount(pressure.lockWaiting, 'session')} wait for locks; CPU: ${describeCpu(facts)}.`;
}

function ddlCause(facts: DiagnosisFacts, pressure: Pressure, ddl: Session, root: RootBlocker | null): Cause {
  const culprit = attribute(ddl, facts.cluster);
  const ahead =
    root?.session == null
      ? 'It waits for something that is no client session, such as autovacuum or a prepared transaction.'
      : `It waits for pid ${root.pid} (${culpritName(attribute(root.session, facts.cluster))}), at work for ${formatDuration(signalAge(root.session))}.`;
  return {
    kind: 'lock-queue',
    title: `A schema change of ${culpritName(culprit)} waits and blocks everybody behind it`,
    confidence: 0.95,
    evidence: [
      waiting(pressure, facts),
      `pid ${ddl.pid} waits since ${formatDuration(secondsInState(ddl))} with: ${shorten(ddl.sql, 120)}`,
      ahead,
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [backendId(ddl)],
    culprit,
    settles: [],
    helps: [
      'Cancel the schema change; the queue dissolves at once.',
      'Run it again later with lock_timeout and retries.',
    ],
    wontHelp: [
      'Killing the query that it waits for: its work is lost and the next schema change queues again.',
      'Killing the waiting application queries: they are the victims.',
      'Killing an autovacuum that prevents wraparound: it comes back at once.',
    ],
  };
}

function rootCause(
  facts: DiagnosisFacts,
  pressure: Pressure,
  root: RootBlocker,
  session: Session,
): Cause | null {
  const age = signalAge(session);
  if (age < OLD) return null;
  const culprit = attribute(session, facts.cluster);
  if (waitersAreItsOwn(facts, root, culprit)) return null;
  return {
    kind: 'lock-queue',
    title: `A transaction of ${culpritName(culprit)} blocks the others`,
    confidence: pressure.cpuSaturated ? 0.6 : 0.9,
    evidence: [
      waiting(pressure, facts),
      `pid ${root.pid} blocks ${formatCount(root.waiters.length, 'session')} of those looked at; its transaction is ${formatDuration(age)} old and it waits for nobody.`,
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [backendId(session)],
    culprit,
    settles: [],
    helps: [
      'End the blocking transaction: cancel its query, terminate it if that does not release the locks.',
    ],
    wontHelp: ['Killing the waiting queries: others take their place in the queue.'],
  };
}

/** Whether everybody who waits belongs to the blocker's own workload: then the workload is the trouble, not the lock. */
function waitersAreItsOwn(
  { snapshot, cluster }: DiagnosisFacts,
  root: RootBlocker,
  culprit: Culprit,
): boolean {
  const waiters = snapshot.sessions.filter(({ pid }) => root.waiters.includes(pid));
  return (
    waiters.length > 0 &&
    waiters.every((waiter) => culpritKey(attribute(waiter, cluster)) === culpritKey(culprit))
  );
}

function withoutSession(pressure: Pressure, root: RootBlocker): Cause {
  const prepared = root.pid === 0;
  return {
    kind: 'lock-queue',
    title: prepared
      ? 'A prepared transaction blocks the others'
      : `Backend ${root.pid} blocks the others and is no client session`,
    confidence: 0.85,
    evidence: [
      `${formatCount(pressure.lockWaiting, 'session')} wait for locks.`,
      prepared
        ? 'The blocker has pid 0: a transaction prepared with PREPARE TRANSACTION, which has no session.'
        : `pid ${root.pid} is not among the client sessions; it may be autovacuum.`,
    ],
    rootSessions: [],
    culprit: null,
    settles: [],
    helps: [
      prepared
        ? 'Find it in pg_prepared_xacts; its owner or a superuser ends it with COMMIT PREPARED or ROLLBACK PREPARED.'
        : 'Look at pg_stat_activity for this pid before touching it.',
    ],
    wontHelp: ['Killing sessions: no session holds this lock.'],
  };
}
