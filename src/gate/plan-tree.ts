import { z } from 'zod';

/** A node of `EXPLAIN (FORMAT JSON, VERBOSE)`, with what the gate looks at. */
const RawNode = z.object({
  'Node Type': z.string(),
  'Parent Relationship': z.string().optional(),
  'Total Cost': z.number(),
  'Plan Rows': z.number(),
  'Workers Planned': z.int().optional(),
  Operation: z.string().optional(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  Alias: z.string().optional(),
  'Index Name': z.string().optional(),
  Filter: z.string().optional(),
  'Join Filter': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Recheck Cond': z.string().optional(),
  'Cache Key': z.string().optional(),
  'Function Call': z.string().optional(),
  get Plans() {
    return z.array(RawNode).optional();
  },
});
type RawNode = z.infer<typeof RawNode>;

/** What EXPLAIN answers. */
const Answer = z.tuple([z.object({ Plan: RawNode })]);

/** A node of a plan. */
export interface PlanNode {
  readonly type: string;
  readonly cost: number;
  /** Rows of all workers together. */
  readonly rows: number;
  /** `schema.name` of the table that it reads or changes. */
  readonly table: string | null;
  readonly alias: string | null;
  readonly index: string | null;
  /** Of ModifyTable: Insert, Update, Delete or Merge. */
  readonly operation: string | null;
  readonly filter: string | null;
  readonly joinFilter: string | null;
  /** Every expression of the node that may name columns of other nodes. */
  readonly conditions: readonly string[];
  readonly children: readonly PlanNode[];
}

/** The root of a plan; throws ZodError when it is none. */
export function readPlan(answer: unknown): PlanNode {
  const [{ Plan }] = Answer.parse(answer);
  return toNode(Plan, 1);
}

function toNode(raw: RawNode, workers: number): PlanNode {
  const together = workers * (1 + (raw['Workers Planned'] ?? 0));
  const { Schema: schema, 'Relation Name': name } = raw;
  const conditions = [
    raw.Filter,
    raw['Join Filter'],
    raw['Index Cond'],
    raw['Recheck Cond'],
    raw['Cache Key'],
    raw['Function Call'],
  ];
  return {
    type: raw['Node Type'],
    cost: raw['Total Cost'],
    rows: raw['Plan Rows'] * workers,
    table: name === undefined ? null : schema === undefined ? name : `${schema}.${name}`,
    alias: raw.Alias ?? null,
    index: raw['Index Name'] ?? null,
    operation: raw.Operation ?? null,
    filter: raw.Filter ?? null,
    joinFilter: raw['Join Filter'] ?? null,
    conditions: conditions.filter((one) => one !== undefined),
    children: (raw.Plans ?? []).map((child) => toNode(child, together)),
  };
}

/** A node and all below it. */
export function* below(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.children) yield* below(child);
}
