import type { LockRequest, Session, Snapshot } from '../domain/snapshot.ts';
import { farEnds, type RootBlocker, rootBlockers } from './root-blockers.ts';
import { isLockWaiter, secondsInState } from './sessions.ts';

/** Table locks that ordinary statements conflict with: who waits for one makes everybody else wait behind it. */
const STRONG = new Set(['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']);
const DDL =
  /^\s*(?:\/\*.*?\*\/\s*)*(?:alter|drop|truncate|create|reindex|cluster|lock|vacuum\s+(?:\(.*\bfull\b|full)|refresh|comment)\b/is;

/** Waiters that ask for a strong table lock and have others behind them, oldest first: several tries may queue at once. */
export interface StrongWaiters {
  readonly sessions: readonly [Session, ...Session[]];
  /** What the first of them asks for. */
  readonly request: LockRequest | null;
  /** Pids of those looked at who go on when these stop waiting. */
  readonly behind: readonly number[];
  /** Pids that these wait for in the end; 0 is a prepared transaction. */
  readonly roots: readonly number[];
}

/** Who waits for locks, behind whom. */
export interface LockScene {
  /** Far ends of the queue, most waiters first. */
  readonly roots: readonly RootBlocker[];
  readonly strong: StrongWaiters | null;
}

export function readLockScene(snapshot: Snapshot): LockScene {
  return { roots: rootBlockers(snapshot), strong: strongWaiters(snapshot) };
}

function strongWaiters(snapshot: Snapshot): StrongWaiters | null {
  const blockers = blockersOf(snapshot);
  const asking = snapshot.sessions.filter((session) => asksForTable(snapshot, session));
  const pids = new Set(asking.map(({ pid }) => pid));
  const upToThem = new Map([...blockers].map(([pid, ahead]) => [pid, pids.has(pid) ? [] : ahead]));
  const ends = new Map(
    [...blockers.keys()].filter((pid) => !pids.has(pid)).map((pid) => [pid, farEnds(pid, upToThem)]),
  );
  const behind = [...ends].filter(([, far]) => far.size > 0 && [...far].every((pid) => pids.has(pid)));
  const ahead = new Set(behind.flatMap(([, far]) => [...far]));
  const [first, ...others] = asking
    .filter(({ pid }) => ahead.has(pid))
    .sort((a, b) => secondsInState(b) - secondsInState(a));
  if (first === undefined) return null;
  const roots = new Set([...ahead].flatMap((pid) => [...farEnds(pid, blockers)]));
  return {
    sessions: [first, ...others],
    request: requestOf(snapshot, first),
    behind: behind.map(([pid]) => pid),
    roots: [...roots],
  };
}

/** The mode says it; the text only when the mode could not be read. */
function asksForTable(snapshot: Snapshot, session: Session): boolean {
  if (!isLockWaiter(session) || session.waitEvent !== 'relation') return false;
  const request = requestOf(snapshot, session);
  return request === null ? isDdl(session) : STRONG.has(request.mode);
}

function requestOf({ lockRequests }: Snapshot, { pid }: Session): LockRequest | null {
  return lockRequests.find((request) => request.pid === pid) ?? null;
}

function blockersOf(snapshot: Snapshot): Map<number, readonly number[]> {
  return new Map(snapshot.lockWaiters.map(({ pid, blockers }) => [pid, blockers]));
}

/** Text of a schema change, or of another statement that wants a whole table. */
export function isDdl({ sql }: Pick<Session, 'sql'>): boolean {
  return DDL.test(sql);
}

/** `table public.orders`, or `a table` when nobody could tell which. */
export function tableOf(request: LockRequest | null): string {
  return request?.relation == null ? 'a table' : `table ${request.relation}`;
}

/** Waiters of a root that would wait also if nobody queued for a strong lock. */
export function directWaiters({ strong }: LockScene, root: RootBlocker): number[] {
  const queue = new Set([...(strong?.sessions ?? []).map(({ pid }) => pid), ...(strong?.behind ?? [])]);
  return root.waiters.filter((pid) => !queue.has(pid));
}

/** The strong waiters, when what they wait for is one of these roots: ending them frees those behind them. */
export function amplifierOf({ strong }: LockScene, roots: readonly number[]): StrongWaiters | null {
  return strong?.roots.some((pid) => roots.includes(pid)) ? strong : null;
}
