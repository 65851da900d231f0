import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LockBranch, lockTree } from '../../src/diagnosis/lock-tree.ts';
import { snapshot } from '../support/fixtures.ts';

const tree = (waiters: Record<number, number[]>) =>
  lockTree(
    snapshot({
      lockWaiters: Object.entries(waiters).map(([pid, blockers]) => ({ pid: Number(pid), blockers })),
    }),
  );

test('a waiter stands behind the one directly ahead, although the root blocks it too', () => {
  expect(tree({ 2: [1], 3: [1, 2], 4: [3, 2, 1] })).toEqual({
    roots: [{ pid: 1, waiters: [{ pid: 2, waiters: [{ pid: 3, waiters: [{ pid: 4, waiters: [] }] }] }] }],
    circle: [],
  });
});

test('who waits only for each other stands in no tree', () => {
  expect(tree({ 1: [2], 2: [1], 4: [3] })).toEqual({
    roots: [{ pid: 3, waiters: [{ pid: 4, waiters: [] }] }],
    circle: [1, 2],
  });
});

test('a circle that waits for somebody outside hangs behind that one', () => {
  expect(tree({ 1: [2, 9], 2: [1] })).toEqual({
    roots: [{ pid: 9, waiters: [{ pid: 1, waiters: [{ pid: 2, waiters: [] }] }] }],
    circle: [],
  });
});

const pids = (branch: LockBranch): number[] => [branch.pid, ...branch.waiters.flatMap(pids)];

test('everybody who waits stands exactly once, in a tree or in a circle', () => {
  const blockers = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), blockers), (drawn) => {
      const waiters = Object.fromEntries(
        Object.entries(drawn).map(([pid, ahead]) => [pid, ahead.filter((other) => other !== Number(pid))]),
      );
      const waiting = Object.entries(waiters).flatMap(([pid, ahead]) =>
        ahead.length > 0 ? [Number(pid)] : [],
      );
      const { roots, circle } = tree(waiters);
      const placed = [...roots.flatMap(pids), ...circle];
      expect(new Set(placed).size).toBe(placed.length);
      for (const pid of waiting) expect(placed).toContain(pid);
    }),
  );
});
