import type { GatePolicy } from '../domain/gate.ts';
import type { RelationSize } from '../ports/gate.ts';
import { below, type PlanNode } from './plan-tree.ts';

/** A table that is read from end to end. */
export interface FullScan {
  readonly node: PlanNode;
  readonly size: RelationSize;
}

/** Two parts of a plan that are joined without a condition. */
export interface CrossJoin {
  readonly tables: readonly string[];
  readonly rows: number;
}

/** Scans of tables that are large by the policy, the largest first. */
export function fullScans(
  plan: PlanNode,
  relations: readonly RelationSize[],
  { replicaAbove }: Pick<GatePolicy, 'replicaAbove'>,
): FullScan[] {
  const sizes = new Map(relations.map((size) => [size.table, size]));
  return [...below(plan)]
    .flatMap((node) => {
      const size = node.type === 'Seq Scan' && node.table !== null ? sizes.get(node.table) : undefined;
      const large =
        size !== undefined &&
        (size.bytes > replicaAbove.scanBytes || (size.rows ?? 0) > replicaAbove.scanRows);
      return large ? [{ node, size }] : [];
    })
    .sort((a, b) => b.size.bytes - a.size.bytes);
}

/** Joins that pair every row with every row. */
export function crossJoins(plan: PlanNode): CrossJoin[] {
  return [...below(plan)].flatMap((node) => {
    const [outer, inner] = node.children;
    if (node.type !== 'Nested Loop' || node.joinFilter !== null || outer === undefined || inner === undefined)
      return [];
    if (outer.rows <= 1 || inner.rows <= 1 || dependsOn(inner, outer)) return [];
    return [{ tables: tablesOf(node), rows: node.rows }];
  });
}

/** Whether the inner side looks up what the outer side gives it, as an index scan by its key does. */
function dependsOn(inner: PlanNode, outer: PlanNode): boolean {
  const aliases = [...below(outer)].flatMap(({ alias }) => (alias === null ? [] : [alias]));
  const names = aliases.flatMap((alias) => [`${alias}.`, `"${alias.replaceAll('"', '""')}".`]);
  return [...below(inner)].some(({ conditions }) =>
    conditions.some((condition) => names.some((name) => condition.includes(name))),
  );
}

function tablesOf(node: PlanNode): string[] {
  return [...new Set([...below(node)].flatMap(({ table }) => (table === null ? [] : [table])))];
}
