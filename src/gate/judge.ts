import { formatCount } from '../domain/format.ts';
import type {
  GateCalibration,
  GateExplanation,
  GatePlace,
  GatePolicy,
  GateVerdict,
  IndexAdvice,
} from '../domain/gate.ts';
import type { PlanningSession, QueryPlanner } from '../ports/gate.ts';
import { estimate } from './estimate.ts';
import { fullScans } from './findings.ts';
import { indexColumns } from './index-candidate.ts';
import { type PlanNode, readPlan } from './plan-tree.ts';
import { readScript, type ScriptStatement } from './script.ts';
import { indexWords, type Judged, judgePlan, type PlannedStatement } from './verdict.ts';

/** A text to judge and by what. */
export interface Question {
  readonly database: string;
  readonly sql: string;
  readonly place: GatePlace;
  readonly policy: GatePolicy;
  readonly calibration: GateCalibration;
  /** True for a text of pg_stat_activity, which may have been cut off. */
  readonly fromActivity?: boolean;
}

type Query = Extract<ScriptStatement, { kind: 'query' }>;
type Outcome = Judged & { readonly statement: PlannedStatement | null };

/** An index is worth its upkeep when it divides the cost at least by this. */
const WORTHWHILE = 2;
/** Full scans for which an index is tried. */
const MOST_TRIALS = 3;
const RANK: Readonly<Record<GateVerdict, number>> = { allow: 0, replica: 1, deny: 2 };

/**
 * The verdict on a text: each statement is planned and judged, the worst counts, and costs add up. Nothing is executed.
 * Throws what the planner throws.
 */
export async function judge(
  question: Question,
  planner: QueryPlanner,
  signal: AbortSignal,
): Promise<GateExplanation> {
  const statements = readScript(question.sql);
  const queries = statements.filter((one) => one.kind === 'query');
  const unjudged = statements.filter((one) => one.kind === 'unjudged').map(({ why }) => why);
  // Where nothing can be planned no connection is made.
  if (queries.length === 0) return combined(question, unplanned(statements.length, unjudged, question), []);
  await using session = await planner.open(signal);
  const cut = question.fromActivity === true && isCut(question.sql, session);
  if (cut) return combined(question, unplanned(1, [CUT], question), session.warnings);
  const outcomes: Outcome[] = unjudged.length === 0 ? [] : unplanned(statements.length, unjudged, question);
  for (const query of queries) {
    signal.throwIfAborted();
    outcomes.push(await judgeQuery(query, session, question));
  }
  return combined(question, outcomes, session.warnings);
}

const CUT = 'its text was cut off by track_activity_query_size, so that it is not the statement that runs';

function isCut(sql: string, { activityTextBytes }: PlanningSession): boolean {
  return Buffer.byteLength(sql) >= activityTextBytes - 1;
}

async function judgeQuery(query: Query, session: PlanningSession, question: Question): Promise<Outcome> {
  const answer = await session.plan(query);
  if (answer.status === 'refused') return unjudgedOutcome(answer.why, question.policy);
  const plan = readPlan(answer.plan);
  const scans = fullScans(plan, answer.relations, question.policy);
  const indexes: IndexAdvice[] = [];
  for (const { node, size } of scans.slice(0, MOST_TRIALS)) {
    const columns = indexColumns(node, size);
    const advice =
      columns.length === 0 ? null : await adviceFor({ table: size.table, columns }, { query, plan, session });
    if (advice !== null) indexes.push(advice);
  }
  const statement: PlannedStatement = {
    plan,
    relations: answer.relations,
    writes: query.writes,
    toClient: query.toClient,
    estimate: estimate(plan.cost, question.calibration),
    indexes,
  };
  return { ...judgePlan(statement, question.policy, question.place), statement };
}

async function adviceFor(
  index: { table: string; columns: string[] },
  { query, plan, session }: { query: Query; plan: PlanNode; session: PlanningSession },
): Promise<IndexAdvice | null> {
  const trial = await session.tryIndex(query, index);
  if (trial.status === 'unavailable') return { ...index, measured: null };
  if (trial.status === 'unused') return null;
  const costAfter = readPlan(trial.plan).cost;
  if (plan.cost < costAfter * WORTHWHILE) return null;
  return { ...index, measured: { costBefore: plan.cost, costAfter, bytes: trial.bytes } };
}

function unplanned(count: number, whys: readonly string[], { policy }: Question): Outcome[] {
  if (whys.length === 0)
    return [
      {
        verdict: 'allow',
        reasons: [`${formatCount(count, 'statement')}, none that reads.`],
        statement: null,
      },
    ];
  return [...new Set(whys)].map((why) => unjudgedOutcome(why, policy));
}

function unjudgedOutcome(why: string, { unjudged }: GatePolicy): Outcome {
  const reason = `Cannot be judged: ${why}.`;
  return { verdict: unjudged, reasons: [reason], statement: null };
}

function combined(
  question: Question,
  outcomes: readonly Outcome[],
  warnings: readonly string[],
): GateExplanation {
  const planned = outcomes.flatMap(({ statement }) => (statement === null ? [] : [statement]));
  const cost = planned.length === 0 ? null : planned.reduce((sum, { plan }) => sum + plan.cost, 0);
  const whole = cost === null ? null : estimate(cost, question.calibration);
  const worst = outcomes.reduce<GateVerdict>(
    (so, { verdict }) => (RANK[verdict] > RANK[so] ? verdict : so),
    'allow',
  );
  const together = togetherTooMuch(question.policy, planned, cost);
  const stays = worst === 'replica' && planned.some(({ writes }) => writes);
  const indexes = planned.flatMap((one) => one.indexes);
  return {
    database: question.database,
    place: question.place,
    verdict: together.length > 0 || stays ? 'deny' : worst,
    reasons: [
      ...new Set([...outcomes.flatMap(({ reasons }) => reasons), ...together, ...(stays ? [MIXED] : [])]),
    ],
    notes: [...indexes.map(indexWords), ...notesOf(planned), ...warnings],
    cost,
    rows: planned.length === 0 ? null : Math.max(0, ...planned.map(clientRows)),
    estimate: whole,
    indexes,
    statements: {
      explained: planned.length,
      unjudged: outcomes.filter((one) => one.statement === null).length,
    },
  };
}

const MIXED =
  'One statement belongs on the replica, but another one writes and cannot run there: split the script, or bring the data into a table first.';

function clientRows({ toClient, plan }: PlannedStatement): number {
  return toClient ? plan.rows : 0;
}

/** Statements that each pass can be too much one after the other. */
function togetherTooMuch(
  { denyAbove }: GatePolicy,
  planned: readonly PlannedStatement[],
  cost: number | null,
): string[] {
  if (planned.length < 2 || cost === null) return [];
  const seconds = planned.reduce((sum, one) => sum + one.estimate.seconds, 0);
  const late = denyAbove.seconds !== undefined && seconds > denyAbove.seconds;
  if (cost <= denyAbove.cost && !late) return [];
  return [`Its ${planned.length} statements together are above the limit.`];
}

function notesOf(planned: readonly PlannedStatement[]): string[] {
  const unknown = planned.flatMap(({ relations }) =>
    relations.filter(({ rows }) => rows === null).map(({ table }) => table),
  );
  return unknown.length === 0
    ? []
    : [`Never analysed, so that the plan rests on a guess: ${[...new Set(unknown)].join(', ')}.`];
}
