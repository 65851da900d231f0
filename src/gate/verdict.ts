import { formatBytes } from '../domain/format.ts';
import type { GateEstimate, GatePlace, GatePolicy, GateVerdict, IndexAdvice } from '../domain/gate.ts';
import type { RelationSize } from '../ports/gate.ts';
import { estimateWords } from './estimate.ts';
import { crossJoins, type FullScan, fullScans } from './findings.ts';
import { formatMany } from './numbers.ts';
import type { PlanNode } from './plan-tree.ts';

/** A statement with its plan, and what the verdict depends on beside it. */
export interface PlannedStatement {
  readonly plan: PlanNode;
  readonly relations: readonly RelationSize[];
  readonly writes: boolean;
  readonly toClient: boolean;
  readonly estimate: GateEstimate;
  readonly indexes: readonly IndexAdvice[];
}

/** A verdict with its reasons, one sentence each. */
export interface Judged {
  readonly verdict: GateVerdict;
  readonly reasons: readonly string[];
}

/** What a policy says to a plan. Nothing that writes is sent to a replica. */
export function judgePlan(statement: PlannedStatement, policy: GatePolicy, place: GatePlace): Judged {
  const denials = denialsOf(statement, policy);
  const heavy = heavyReasons(statement, policy);
  const advice = adviceOf(statement, place);
  const scans = heavy.map((reason) => `${reason}${advice}.`);
  if (denials.length > 0) return { verdict: 'deny', reasons: [...scans, ...denials] };
  if (heavy.length === 0 || place === 'replica') return { verdict: 'allow', reasons: scans };
  if (!statement.writes) return { verdict: 'replica', reasons: scans };
  return {
    verdict: 'allow',
    reasons: [...scans, 'It writes, so it cannot run on a replica; it is below the limits that deny.'],
  };
}

function denialsOf({ plan, estimate, toClient }: PlannedStatement, { denyAbove }: GatePolicy): string[] {
  const reasons: string[] = [];
  const say = (text: string) => reasons.push(text);
  if (plan.cost > denyAbove.cost)
    say(
      `The cost is ${formatMany(plan.cost)}, ${estimateWords(estimate)}; the limit is ${formatMany(denyAbove.cost)}.`,
    );
  if (denyAbove.seconds !== undefined && estimate.seconds > denyAbove.seconds)
    say(`It takes ${estimateWords(estimate)}; the limit is ${denyAbove.seconds} s.`);
  if (toClient && plan.rows > denyAbove.rows)
    say(`It gives the client ${formatMany(plan.rows)} rows; the limit is ${formatMany(denyAbove.rows)}.`);
  const changed = changedRows(plan);
  if (changed > denyAbove.rows)
    say(
      `It changes ${formatMany(changed)} rows in one statement; the limit is ${formatMany(denyAbove.rows)}: do it in parts.`,
    );
  for (const { tables, rows } of crossJoins(plan)) {
    if (rows > denyAbove.joinRows)
      say(`It joins ${tables.map(short).join(' and ')} without a condition: ${formatMany(rows)} rows.`);
  }
  return reasons;
}

/** Rows that a data-changing node gets, at the top or in a WITH. */
function changedRows({ type, rows, children }: PlanNode): number {
  const own = type === 'ModifyTable' ? Math.max(rows, ...children.map((child) => child.rows)) : 0;
  return Math.max(own, ...children.map(changedRows));
}

/** What belongs on the replica, without a full stop: the advice follows. */
function heavyReasons({ plan, relations, estimate }: PlannedStatement, policy: GatePolicy): string[] {
  const scans = merged(fullScans(plan, relations, policy)).map(scanWords);
  if (scans.length > 0) return [listOf(scans)];
  if (plan.cost <= policy.replicaAbove.cost) return [];
  return [`The cost is ${formatMany(plan.cost)}, ${estimateWords(estimate)}`];
}

/** A table that is scanned several times is named once. */
function merged(scans: readonly FullScan[]): FullScan[] {
  return [...new Map(scans.map((scan) => [scan.size.table, scan])).values()];
}

const NAMED_SCANS = 3;

function listOf(scans: readonly string[]): string {
  const more = scans.length - NAMED_SCANS;
  const named = scans.slice(0, NAMED_SCANS).join(', ');
  return `Full scan of ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

function scanWords({ size: { table, rows, bytes } }: FullScan): string {
  const amount = rows === null ? 'never analysed' : `${formatMany(rows)} rows`;
  return `${short(table)}, ${amount} (${formatBytes(bytes)})`;
}

function adviceOf({ indexes, writes }: PlannedStatement, place: GatePlace): string {
  const wishes = indexes.map(
    (index) => `add an index on ${short(index.table)} (${index.columns.join(', ')})`,
  );
  if (place === 'primary' && !writes) wishes.push('run on the replica');
  return wishes.length === 0 ? '' : `: ${wishes.join(' or ')}`;
}

/** An index in words: measured, or probably and without a number. */
export function indexWords({ table, columns, measured }: IndexAdvice): string {
  const index = `An index on ${short(table)} (${columns.join(', ')})`;
  if (measured === null)
    return `${index} would probably help; it was not measured, as hypopg is not installed there.`;
  const { costBefore, costAfter, bytes } = measured;
  return `${index} brings the cost from ${formatMany(costBefore)} to ${formatMany(costAfter)}, measured with hypopg; it would take about ${formatBytes(bytes)}.`;
}

/** Without the schema that everybody means. */
function short(table: string): string {
  return table.replace(/^public\./, '');
}
