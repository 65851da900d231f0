import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatePolicy, type GateVerdict } from '../../src/domain/gate.ts';
import { calibrate, estimate } from '../../src/gate/estimate.ts';
import { lowered } from '../../src/gate/gate.ts';
import { indexColumns } from '../../src/gate/index-candidate.ts';
import { type PlanNode, readPlan } from '../../src/gate/plan-tree.ts';
import { indexWords, judgePlan, type PlannedStatement } from '../../src/gate/verdict.ts';

const policy = GatePolicy.parse({});
const MB = 1024 * 1024;
const orders = { table: 'public.orders', rows: 47e6, bytes: 6200 * MB };
const small = { table: 'public.small', rows: 100, bytes: 8192 };

type Raw = Record<string, unknown> & { Plans?: Raw[] };
const scan = (table: string, more: Raw = {}): Raw => ({
  'Node Type': 'Seq Scan',
  Schema: 'public',
  'Relation Name': table,
  Alias: table,
  'Total Cost': 100,
  'Plan Rows': 100,
  ...more,
});
const planOf = (plan: Raw) => readPlan([{ Plan: plan }]);

function statement(plan: PlanNode, more: Partial<PlannedStatement> = {}): PlannedStatement {
  return {
    plan,
    relations: [orders, small],
    writes: false,
    toClient: true,
    estimate: estimate(plan.cost, calibrate([])),
    indexes: [],
    ...more,
  };
}

test('the report of the outage is denied, with the reason and the ways out in words', () => {
  const plan = planOf({
    'Node Type': 'Aggregate',
    'Total Cost': 1_400_000,
    'Plan Rows': 24,
    Plans: [
      scan('orders', {
        'Plan Rows': 40_000,
        'Total Cost': 1_390_000,
        Filter: "(orders.created_at > '2024-11-15'::date)",
      }),
    ],
  });
  const indexes = [{ table: 'public.orders', columns: ['created_at'], measured: null }];
  expect(judgePlan(statement(plan, { indexes }), policy, 'primary')).toEqual({
    verdict: 'deny',
    reasons: [
      'Full scan of orders, 47 M rows (6.1 GB): add an index on orders (created_at) or run on the replica.',
      'The cost is 1.4 M, about 14 s (×4); the limit is 1 M.',
    ],
  });
  expect(indexes.map(indexWords)).toEqual([
    'An index on orders (created_at) would probably help; it was not measured, as hypopg is not installed there.',
  ]);
});

test('a scan below the limits that deny belongs on the replica, and there it is allowed', () => {
  const plan = planOf(scan('orders', { 'Total Cost': 500_000 }));
  expect(judgePlan(statement(plan), policy, 'primary').verdict).toBe('replica');
  expect(judgePlan(statement(plan), policy, 'replica')).toEqual({
    verdict: 'allow',
    reasons: ['Full scan of orders, 47 M rows (6.1 GB).'],
  });
  const writing = judgePlan(statement(plan, { writes: true, toClient: false }), policy, 'primary');
  expect(writing.verdict).toBe('allow');
  expect(writing.reasons.at(-1)).toContain('cannot run on a replica');
});

test('a join without a condition is told from one by a key', () => {
  const inner = (condition: Raw): Raw => ({
    'Node Type': 'Nested Loop',
    'Total Cost': 5000,
    'Plan Rows': 2e7,
    Plans: [
      scan('small', { Alias: 's', 'Plan Rows': 20_000 }),
      {
        'Node Type': 'Memoize',
        'Total Cost': 1,
        'Plan Rows': 1000,
        Plans: [scan('small', { Alias: 'x', 'Plan Rows': 1000, ...condition })],
      },
    ],
  });
  const verdict = (condition: Raw) =>
    judgePlan(statement(planOf(inner(condition)), { toClient: false }), policy, 'primary');
  expect(verdict({}).reasons).toEqual(['It joins small without a condition: 20 M rows.']);
  expect(verdict({}).verdict).toBe('deny');
  expect(verdict({ 'Index Cond': '(x.id = s.id)' }).verdict).toBe('allow');
});

test('too many rows for the client, and too many changed at once, are denied', () => {
  const many = planOf(scan('small', { 'Plan Rows': 2_000_000 }));
  expect(judgePlan(statement(many), policy, 'replica').reasons).toEqual([
    'It gives the client 2 M rows; the limit is 1 M.',
  ]);
  expect(judgePlan(statement(many, { toClient: false }), policy, 'primary').verdict).toBe('allow');
  const update = planOf({
    'Node Type': 'ModifyTable',
    Operation: 'Update',
    'Total Cost': 9,
    'Plan Rows': 0,
    Plans: [scan('small', { 'Plan Rows': 2_000_000 })],
  });
  expect(judgePlan(statement(update, { writes: true, toClient: false }), policy, 'primary').reasons).toEqual([
    'It changes 2 M rows in one statement; the limit is 1 M: do it in parts.',
  ]);
});

const rank: Record<GateVerdict, number> = { allow: 0, replica: 1, deny: 2 };
const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
const anyNode = fc.letrec<{ node: Raw }>((tie) => ({
  node: fc.record(
    {
      'Node Type': fc.constantFrom('Seq Scan', 'Nested Loop', 'Hash Join', 'Gather', 'ModifyTable', 'Sort'),
      'Total Cost': amount,
      'Plan Rows': amount,
      Schema: fc.constant('public'),
      'Relation Name': fc.constantFrom('orders', 'small', 'unknown'),
      Alias: fc.constantFrom('a', 'b'),
      'Workers Planned': fc.nat(8),
      Filter: fc.constantFrom('(a.x = b.x)', '(hashed SubPlan 1)', "(x = 'it''s')"),
      Plans: fc.array(tie('node'), { maxLength: 2 }),
    },
    { requiredKeys: ['Node Type', 'Total Cost', 'Plan Rows'] },
  ) as fc.Arbitrary<Raw>,
})).node;

test('for any plan: lower limits are never more lenient, nothing that writes goes to a replica, and a refusal has a reason', () => {
  fc.assert(
    fc.property(anyNode, fc.boolean(), amount, amount, (raw, writes, maxCost, maxSeconds) => {
      const one = statement(planOf(raw), { writes });
      const judged = judgePlan(one, policy, 'primary');
      const stricter = judgePlan(
        one,
        lowered(policy, { maxCost: maxCost + 1, maxSeconds: maxSeconds + 1 }),
        'primary',
      );
      expect(rank[stricter.verdict]).toBeGreaterThanOrEqual(rank[judged.verdict]);
      if (writes) expect(judged.verdict).not.toBe('replica');
      expect(judgePlan(one, policy, 'replica').verdict).not.toBe('replica');
      if (judged.verdict !== 'allow') expect(judged.reasons.length).toBeGreaterThan(0);
      if (one.plan.cost > policy.denyAbove.cost) expect(judged.verdict).toBe('deny');
    }),
  );
});

test.each([
  ["((orders.created_at >= '2024-11-01'::date) AND (orders.customer_id = 5))", ['customer_id', 'created_at']],
  ["((status)::text = ANY ('{a,b}'::text[]))", ['status']],
  ['((a > 1) AND (b < 2) AND (5 = c))', ['c', 'a']],
  ['((a = 1) OR (b = 2))', []],
  ['(a = b)', []],
  ['(lower(a) = $1)', []],
  ['(a <> 1)', []],
  ['(NOT (hashed SubPlan 1))', []],
  ['(x = (InitPlan 1).col1)', []],
  ['(x = $0)', ['x']],
])('an index for %s', (filter, columns) => {
  expect(indexColumns(planOf(scan('orders', { Filter: filter })), orders)).toEqual(columns);
});

test('no index is proposed for a filter that keeps much, or for a table that was never analysed', () => {
  const keeps = (rows: number) => planOf(scan('orders', { Filter: '(a = 1)', 'Plan Rows': rows }));
  expect(indexColumns(keeps(0.06 * 47e6), orders)).toEqual([]);
  expect(indexColumns(keeps(0.04 * 47e6), orders)).toEqual(['a']);
  expect(indexColumns(keeps(1), { ...orders, rows: null })).toEqual([]);
});
