import type { RelationSize } from '../ports/gate.ts';
import type { PlanNode } from './plan-tree.ts';
import { isObject, parseStatements } from './syntax.ts';

/** An index may help where a scan keeps less than this share of the rows. */
const SELECTIVE = 0.05;
const MOST_COLUMNS = 3;
const RANGE: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const COMPARED: ReadonlySet<string> = new Set(['AEXPR_OP', 'AEXPR_OP_ANY', 'AEXPR_IN']);

/** The columns by which an index could find what a full scan keeps, equality first; none when it keeps too much. */
export function indexColumns(scan: PlanNode, { rows }: RelationSize): string[] {
  if (scan.filter === null || rows === null || rows === 0 || scan.rows / rows >= SELECTIVE) return [];
  const terms = conjuncts(conditionOf(scan.filter)).flatMap(comparison);
  const equal = terms.filter(({ range }) => !range).map(({ column }) => column);
  const ranges = terms.filter(({ range }) => range).map(({ column }) => column);
  // A second range would not narrow the search of a btree.
  return [...new Set([...equal, ...ranges.slice(0, 1)])].slice(0, MOST_COLUMNS);
}

/** The condition as a parse tree; plans write some that are no SQL, such as subplans. */
function conditionOf(filter: string): unknown {
  const [statement] = parseStatements(`SELECT WHERE ${filter}`) ?? [];
  return statement?.node.whereClause;
}

function conjuncts(condition: unknown): unknown[] {
  const found: unknown[] = [];
  const open = [condition];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const all = isObject(next) && isObject(next.BoolExpr) ? next.BoolExpr : null;
    if (all?.boolop === 'AND_EXPR' && Array.isArray(all.args)) open.push(...all.args.toReversed());
    else found.push(next);
  }
  return found;
}

function comparison(term: unknown): { column: string; range: boolean }[] {
  const expression = isObject(term) ? term.A_Expr : undefined;
  if (!isObject(expression) || !COMPARED.has(String(expression.kind))) return [];
  const operator = nameIn(expression.name);
  const range = RANGE.has(operator);
  if (!range && operator !== '=') return [];
  const columns = [expression.lexpr, expression.rexpr].map(columnOf);
  const [only, ...more] = columns.filter((column) => column !== null);
  return only === undefined || more.length > 0 ? [] : [{ column: only, range }];
}

/** The column that a side of a comparison is, also under a cast such as `(status)::text`. */
function columnOf(side: unknown): string | null {
  if (!isObject(side)) return null;
  if (isObject(side.TypeCast)) return columnOf(side.TypeCast.arg);
  return isObject(side.ColumnRef) ? nameIn(side.ColumnRef.fields) || null : null;
}

function nameIn(parts: unknown): string {
  const last: unknown = Array.isArray(parts) ? parts.at(-1) : null;
  const name = isObject(last) && isObject(last.String) ? last.String.sval : '';
  return typeof name === 'string' ? name : '';
}
