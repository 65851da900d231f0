import { z } from 'zod';
import { contended } from '../../../diagnosis/contended.ts';
import { repeatedQueries } from '../../../diagnosis/repeated-queries.ts';
import { isIdleInTransaction, signalAge } from '../../../diagnosis/sessions.ts';
import { type Cause, isLikely } from '../../../domain/cause.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import { backendId, SessionIdentity, type Snapshot } from '../../../domain/snapshot.ts';
import type { EarlierStep } from '../../step-kind.ts';

/** The cause that this run diagnosed last, and when; what has to be quiet depends on it. */
export interface Diagnosed {
  readonly cause: Cause;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Identities of sessions that a person took out of what was ended: they run on, as decided. */
  readonly spared: ReadonlySet<string>;
}

/** What a cause leaves behind that the server's own numbers do not show, in words; empty when it is over. */
type Aftermath = (snapshot: Snapshot) => string[];

interface Contract {
  readonly promise: string;
  readonly aftermath: Aftermath;
}

/** An idle transaction that wrote and is this old holds its rows for the next queue; one that reads holds up no rows. Seconds. */
const IDLE_SECONDS = 60;
/** More sessions than this queue inside PostgreSQL only under contention. */
const QUEUE = 3;

const noIdleTransaction: Contract = {
  promise: `no transaction that wrote idle for over ${formatDuration(IDLE_SECONDS)}`,
  aftermath: ({ sessions }) => {
    const idle = sessions.filter(
      (session) =>
        session.writes && isIdleInTransaction(session) && (session.stateSeconds ?? 0) >= IDLE_SECONDS,
    );
    return idle.length === 0
      ? []
      : [
          `${formatCount(idle.length, 'transaction that wrote', 'transactions that wrote')} idle for over ${formatDuration(IDLE_SECONDS)}`,
        ];
  },
};

const contracts: Readonly<Record<string, Contract>> = {
  'plan-flip': {
    promise: 'no statement that three sessions run for over a second',
    aftermath: (snapshot) =>
      repeatedQueries(snapshot).map(
        ({ queryId, sessions }) =>
          `${sessions.length} sessions run the statement ${queryId} for over a second: its plan is still bad`,
      ),
  },
  contention: {
    promise: `at most ${QUEUE} sessions that queue inside PostgreSQL`,
    aftermath: (snapshot) => {
      const queue = contended(snapshot);
      return queue === null || queue.backends <= QUEUE
        ? []
        : [`${queue.backends} sessions queue inside PostgreSQL (${queue.waits.slice(0, 2).join(', ')})`];
    },
  },
  'idle-in-transaction': noIdleTransaction,
  'row-lock-convoy': noIdleTransaction,
};

/** The newest diagnosis of this run that is confident of a cause. */
export function diagnosedBefore(earlier: readonly EarlierStep[]): Diagnosed | null {
  const step = earlier.findLast(({ outcome }) => (outcome?.causes.length ?? 0) > 0);
  const cause = step?.outcome?.causes[0];
  if (step?.begunAt == null || cause === undefined || !isLikely(cause)) return null;
  return { cause, at: Date.parse(step.begunAt), spared: new Set(earlier.flatMap(sparedBy)) };
}

/** The form of the targets of every step kind that ends sessions. */
const EndedSession = z.object({ session: SessionIdentity });

/** Sessions that a step proposed to end and that the person who decided unticked. */
function sparedBy({ plan, selection, outcome }: EarlierStep): string[] {
  if (outcome === null) return [];
  return plan.targets
    .filter(({ id, selected }) => selected && !selection.targets.includes(id))
    .flatMap(({ identity }) => {
      const parsed = EndedSession.safeParse(identity);
      return parsed.success ? [backendId(parsed.data.session)] : [];
    });
}

/** What has to be quiet for this cause beside the server's own numbers, in words for the plan. */
export function promisesOf(diagnosed: Diagnosed | null): string[] {
  if (diagnosed === null) return [];
  const { rootSessions, kind } = diagnosed.cause;
  const contract = contracts[kind];
  const spared = rootSessions.filter((id) => diagnosed.spared.has(id)).length;
  const but = spared === 0 ? '' : ` (but ${formatCount(spared, 'session')} that a person spared)`;
  return [
    ...(rootSessions.length === spared ? [] : [`no root session in the transaction of the diagnosis${but}`]),
    ...(contract === undefined ? [] : [contract.promise]),
  ];
}

/** What of the cause is still there, in words. */
export function stillThere(snapshot: Snapshot, diagnosed: Diagnosed | null, now: number): string[] {
  if (diagnosed === null) return [];
  const { cause, at, spared } = diagnosed;
  const since = Math.max(0, (now - at) / 1000);
  const roots = snapshot.sessions.filter(
    (session) =>
      cause.rootSessions.includes(backendId(session)) &&
      !spared.has(backendId(session)) &&
      signalAge(session) > since,
  );
  return [
    ...(roots.length === 0
      ? []
      : [
          `${formatCount(roots.length, 'root session')} of the diagnosis still in the same transaction (pid ${roots
            .slice(0, 3)
            .map(({ pid }) => pid)
            .join(', ')})`,
        ]),
    ...(contracts[cause.kind]?.aftermath(snapshot) ?? []),
  ];
}
