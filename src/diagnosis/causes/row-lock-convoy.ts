import { type Cause, type Culprit, culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import { postgresMillis } from '../../domain/postgres-time.ts';
import { backendId, type Session, type Snapshot } from '../../domain/snapshot.ts';
import { attribute, culpritKey } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { groupByOwner } from '../owners.ts';
import { describeCpu, describeSlots, type Pressure } from '../pressure.ts';
import { rootBlockers } from '../root-blockers.ts';
import { type RowQueue, readRowQueue } from '../row-queue.ts';
import { isIdleInTransaction, oldest, secondsInState, signalAge } from '../sessions.ts';

/** A pause between two statements of a transaction, no more; seconds. The rule of idle transactions begins here. */
const A_MOMENT = 2;
/** A holder older than this does not take its turn, it keeps the row; seconds. */
const KEEPS = 5;
/** Fewer or younger waiters are ordinary traffic on a busy row. */
const QUEUE = 3;
const LONG_QUEUE = 6;
const WAITING_SECONDS = 1;

/**
 * Many sessions want the same row. Either each has it for a moment and there are too many of them, so that ending
 * sessions changes nothing; or one keeps it, and ending that one frees the others.
 */
export const rule: CauseRule = {
  kind: 'row-lock-convoy',
  detect(facts, pressure) {
    const queue = readRowQueue(facts.snapshot);
    if (queue === null || queue.size < QUEUE || queue.waiters.length === 0) return null;
    if (queue.size < LONG_QUEUE && oldest(queue.waiters) < WAITING_SECONDS) return null;
    const { holder } = queue;
    if (holder?.pid === 0) return null;
    const session = holder?.session ?? null;
    if (session === null) return turns(facts, pressure, queue, null);
    if (isIdleInTransaction(session) && secondsInState(session) >= A_MOMENT) return null;
    return keepsTheRow(facts, queue, session)
      ? kept(facts, pressure, queue, session)
      : turns(facts, pressure, queue, session);
  },
};

/**
 * A transaction's age is no proof: whoever has the row now has waited for it in that same transaction. The same holder in
 * a reading some seconds ago is one. Else, one of the crowd is followed by the next of the crowd; a stranger is not.
 */
function keepsTheRow(
  { cluster, snapshot, history }: DiagnosisFacts,
  queue: RowQueue,
  holder: Session,
): boolean {
  if (signalAge(holder) < KEEPS) return false;
  const now = postgresMillis(snapshot.at);
  const before = history.filter(({ at }) => now - postgresMillis(at) >= KEEPS * 1000);
  if (before.some((earlier) => hadTheRow(earlier, holder))) return true;
  const owner = culpritKey(attribute(holder, cluster));
  const crowd = queue.waiters.filter((waiter) => culpritKey(attribute(waiter, cluster)) === owner);
  if (crowd.length < queue.waiters.length / 2) return true;
  const alike = crowd.filter(
    ({ sql, queryId }) => sql === holder.sql || (queryId !== null && queryId === holder.queryId),
  );
  return alike.length < crowd.length / 2 && secondsInState(holder) >= KEEPS;
}

/** Whether others waited for this very transaction in an earlier reading. */
function hadTheRow(earlier: Snapshot, holder: Session): boolean {
  return rootBlockers(earlier).some(
    ({ session }) =>
      session !== null && backendId(session) === backendId(holder) && session.xactStart === holder.xactStart,
  );
}

function kept(facts: DiagnosisFacts, pressure: Pressure, queue: RowQueue, holder: Session): Cause {
  const culprit = attribute(holder, facts.cluster);
  return {
    kind: 'row-lock-convoy',
    title: `A transaction of ${culpritName(culprit)} keeps a row that everybody needs`,
    confidence: pressure.cpuSaturated ? 0.6 : 0.9,
    evidence: [
      described(queue),
      `pid ${holder.pid} keeps it: its transaction is ${formatDuration(signalAge(holder))} old and goes on with: ${shorten(holder.sql, 120)}`,
      `CPU: ${describeCpu(facts)}.`,
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [backendId(holder)],
    culprit,
    helps: [
      `End the transaction that keeps the row: cancel pid ${holder.pid}, terminate it if that does not release the row.`,
      'Let its program change the row last, right before it commits.',
    ],
    wontHelp: [
      'Killing the waiting queries: others take their place in the queue.',
      'Raising max_connections or the pool: more sessions would wait for the same row.',
    ],
    settles: [],
  };
}

function turns(facts: DiagnosisFacts, pressure: Pressure, queue: RowQueue, holder: Session | null): Cause {
  const crowd = [...queue.waiters, ...(holder === null ? [] : [holder])];
  const culprit = groupByOwner(crowd, facts.cluster)[0]?.culprit ?? null;
  const name = culprit === null ? 'the sessions' : culpritName(culprit);
  return {
    kind: 'row-lock-convoy',
    title: `Too many sessions of ${name} want the same row at once`,
    confidence: pressure.cpuSaturated ? 0.6 : queue.row === null || holder === null ? 0.75 : 0.9,
    evidence: [
      described(queue),
      turnText(queue, holder),
      `CPU: ${describeCpu(facts)}. Connections: ${describeSlots(facts)}.`,
      `They run: ${shorten(queue.waiters[0]?.sql ?? '', 120)}`,
      ...(culprit?.evidence.map(({ text }) => text) ?? []),
    ],
    rootSessions: [],
    culprit,
    helps: helpsAgainstCrowd(name, culprit, queue),
    wontHelp: [
      'Killing the waiting queries: others take their place, and their clients try again.',
      'Killing whoever has the row now: the next one has it a moment later.',
      'Raising max_connections or the pool: a longer queue is slower, because all of it is searched for deadlocks.',
    ],
    settles:
      holder === null
        ? [
            "Who has the row: SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 20; twice. The same blocker for 5 s keeps it; another one each time is a crowd.",
          ]
        : [],
  };
}

function helpsAgainstCrowd(name: string, culprit: Culprit | null, { relation }: RowQueue): string[] {
  return [
    `Let fewer sessions of ${name} at it at once: ${culprit?.kind === 'Deployment' ? 'scale it down or lower its pool' : 'lower its pool or its role’s CONNECTION LIMIT'}. The row lets one through at a time anyway.`,
    'Set lock_timeout for its role, so that a request that cannot have the row gives its connection back.',
    `Afterwards: change the row of ${relation ?? 'this table'} last in the transaction, or split it into several that are summed up.`,
  ];
}

function described({ size, waiters, relation, row }: RowQueue): string {
  const where = `${row === null ? 'a row' : 'the same row'} of ${relation === null ? 'a table' : `table ${relation}`}`;
  return `${formatCount(size, 'session waits', 'sessions wait')} for ${where}, for up to ${formatDuration(oldest(waiters))}.`;
}

function turnText({ holder }: RowQueue, session: Session | null): string {
  if (session === null) return 'Who has the row changed while it was read, or could not be told.';
  return `pid ${holder?.pid} has it now, in a transaction that is ${formatDuration(signalAge(session))} old: they take turns.`;
}
