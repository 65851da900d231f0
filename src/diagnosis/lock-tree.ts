import type { Snapshot } from '../domain/snapshot.ts';
import { rootBlockers } from './root-blockers.ts';

/** A place in the queue for locks. */
export interface LockBranch {
  /** 0 is a prepared transaction. */
  readonly pid: number;
  readonly waiters: readonly LockBranch[];
}

export interface LockTree {
  /** Roots with most waiters first. */
  readonly roots: readonly LockBranch[];
  /** Waiters behind no root: they wait for each other. */
  readonly circle: readonly number[];
}

/**
 * The queue as a tree, in which everybody stands once, behind the one directly ahead: of several blockers the one that
 * is itself farthest back, since the others are ahead of that one too.
 */
export function lockTree(snapshot: Snapshot): LockTree {
  const roots = rootBlockers(snapshot).map(({ pid }) => pid);
  const depths = new Map(roots.map((pid) => [pid, 0]));
  const children = new Map<number, number[]>();
  let left = snapshot.lockWaiters.filter(({ pid, blockers }) => blockers.length > 0 && !depths.has(pid));
  for (;;) {
    const isPlaced = (pid: number): boolean => depths.has(pid);
    // Within a circle that also waits for somebody outside nobody has all blockers placed: one of them goes first.
    const next =
      left.find(({ blockers }) => blockers.every(isPlaced)) ??
      left.find(({ blockers }) => blockers.some(isPlaced));
    if (next === undefined) break;
    const [parent, depth] = farthestBack(next.blockers, depths);
    depths.set(next.pid, depth + 1);
    children.set(parent, [...(children.get(parent) ?? []), next.pid]);
    left = left.filter((waiter) => waiter !== next);
  }
  const branch = (pid: number): LockBranch => ({ pid, waiters: (children.get(pid) ?? []).map(branch) });
  return { roots: roots.map(branch), circle: left.map(({ pid }) => pid) };
}

function farthestBack(blockers: readonly number[], depths: ReadonlyMap<number, number>): [number, number] {
  const placed = blockers.flatMap((pid): [number, number][] => {
    const depth = depths.get(pid);
    return depth === undefined ? [] : [[pid, depth]];
  });
  return placed.reduce((far, one) => (one[1] > far[1] ? one : far));
}
