import { type Cause, type Culprit, culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import { backendId, type Session } from '../../domain/snapshot.ts';
import { attribute, culpritKey } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { isDdl, type LockScene, readLockScene, type StrongWaiters, tableOf } from '../lock-scene.ts';
import { describeCpu, type Pressure } from '../pressure.ts';
import type { RootBlocker } from '../root-blockers.ts';
import { readRowQueue } from '../row-queue.ts';
import { isIdleInTransaction, secondsInState, signalAge } from '../sessions.ts';

/** Fewer waiters than this are ordinary contention. */
const QUEUE = 3;
/** A transaction younger than this passes by itself; seconds. */
const OLD = 5;

/** Sessions queue for a lock. Measured: cancelling the DDL in the middle freed 11 waiters in 123 ms, its blocker went on. */
export const rule: CauseRule = {
  kind: 'lock-queue',
  detect(facts, pressure) {
    if (pressure.lockWaiting < QUEUE) return null;
    const scene = readLockScene(facts.snapshot);
    const [root] = scene.roots;
    if (root === undefined || othersExplain(facts, scene)) return null;
    if (scene.strong !== null) return strongCause(facts, pressure, scene, scene.strong);
    if (root.session === null) return withoutSession(pressure, root);
    if (isIdleInTransaction(root.session) || readRowQueue(facts.snapshot) !== null) return null;
    return rootCause(facts, pressure, root, root.session);
  },
};

/** Behind a prepared transaction or an autovacuum that prevents wraparound something else helps first. */
function othersExplain({ snapshot }: DiagnosisFacts, { roots, strong }: LockScene): boolean {
  const ends = strong?.roots ?? roots.slice(0, 1).map(({ pid }) => pid);
  const vacuums = snapshot.autovacuumWorkers.filter(({ preventsWraparound }) => preventsWraparound);
  return ends.some((pid) => pid === 0 || vacuums.some((worker) => worker.pid === pid));
}

function waiting(pressure: Pressure, facts: DiagnosisFacts): string {
  return `${formatCount(pressure.lockWaiting, 'session waits', 'sessions wait')} for locks; CPU: ${describeCpu(facts)}.`;
}

function strongCause(
  facts: DiagnosisFacts,
  pressure: Pressure,
  { roots }: LockScene,
  strong: StrongWaiters,
): Cause {
  const [first] = strong.sessions;
  const culprit = attribute(first, facts.cluster);
  const what = isDdl(first) ? 'A schema change' : 'A statement that wants a whole table';
  const ahead = roots.find(({ pid }) => strong.roots.includes(pid));
  return {
    kind: 'lock-queue',
    title: `${what} of ${culpritName(culprit)} waits and blocks everybody behind it`,
    confidence: 0.95,
    evidence: [
      waiting(pressure, facts),
      `pid ${first.pid} waits since ${formatDuration(secondsInState(first))} for ${strong.request === null ? 'a lock on' : `${strong.request.mode} on`} ${tableOf(strong.request)}, with ${formatCount(strong.behind.length, 'session')} of those looked at behind it: ${shorten(first.sql, 120)}`,
      whatItWaitsFor(facts, ahead),
      ...(strong.sessions.length > 1
        ? [`${formatCount(strong.sessions.length, 'such statement')} queue: it was tried more than once.`]
        : []),
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: strong.sessions.map(backendId),
    culprit,
    settles: [],
    helps: [
      'Cancel the schema change; the queue dissolves at once.',
      ...(ahead?.session != null && isIdleInTransaction(ahead.session)
        ? [`End the idle transaction of pid ${ahead.pid} before it is tried again.`]
        : []),
      'Run it again later with lock_timeout and retries.',
    ],
    wontHelp: [
      'Killing the query that it waits for: its work is lost and the next schema change queues again.',
      'Killing the waiting application queries: they are the victims.',
      'Waiting: it gets its lock only when what it waits for has ended, and until then everybody new queues too.',
    ],
  };
}

function whatItWaitsFor({ cluster, snapshot }: DiagnosisFacts, ahead: RootBlocker | undefined): string {
  if (ahead?.session == null) {
    const vacuum = snapshot.autovacuumWorkers.find(({ pid }) => pid === ahead?.pid);
    return vacuum === undefined
      ? 'It waits for something that is no client session.'
      : `It waits for an ordinary autovacuum of ${vacuum.table ?? 'a table'}, which steps aside by itself within seconds.`;
  }
  const doing = isIdleInTransaction(ahead.session) ? 'idle in a transaction' : 'in a transaction';
  return `It waits for pid ${ahead.pid} (${culpritName(attribute(ahead.session, cluster))}), ${doing} for ${formatDuration(signalAge(ahead.session))}.`;
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
  const what = isDdl(session) ? 'A schema change' : 'A transaction';
  return {
    kind: 'lock-queue',
    title: `${what} of ${culpritName(culprit)} blocks the others`,
    confidence: pressure.cpuSaturated ? 0.6 : 0.9,
    evidence: [
      waiting(pressure, facts),
      `pid ${root.pid} blocks ${formatCount(root.waiters.length, 'session')} of those looked at; its transaction is ${formatDuration(age)} old and it waits for nobody. It runs: ${shorten(session.sql, 120)}`,
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [backendId(session)],
    culprit,
    settles: [],
    helps: [
      'End the blocking transaction: cancel its query, terminate it if that does not release the locks.',
      `If its work is nearly done and dear, ask ${culpritName(culprit)} first: it is lost then.`,
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
  return {
    kind: 'lock-queue',
    title: `Backend ${root.pid} blocks the others and is no client session`,
    confidence: 0.7,
    evidence: [
      `${formatCount(pressure.lockWaiting, 'session waits', 'sessions wait')} for locks.`,
      `pid ${root.pid} is not among the client sessions; it may be autovacuum or another background process.`,
    ],
    rootSessions: [],
    culprit: null,
    settles: [
      `What it is: SELECT backend_type, query, xact_start FROM pg_stat_activity WHERE pid = ${root.pid};`,
    ],
    helps: ['Look at what this process is before touching it.'],
    wontHelp: ['Killing client sessions: none of them holds this lock.'],
  };
}
