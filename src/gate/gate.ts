import { FirebreakError } from '../domain/errors.ts';
import type { GateCalibration, GateExplanation, GatePlace, GatePolicy } from '../domain/gate.ts';
import type { Explanations, QueryPlanner } from '../ports/gate.ts';
import { calibrate } from './estimate.ts';
import { judge } from './judge.ts';
import { readPsqlScript } from './psql-script.ts';
import { SCRIPT_LIMIT } from './script.ts';

/** What a job asks. */
export interface GateRequest {
  /** SQL, also with the backslash commands of psql. */
  readonly sql: string;
  readonly place: GatePlace;
  /** Limits of the asker; they go below the policy, never above it. */
  readonly maxCost?: number | undefined;
  readonly maxSeconds?: number | undefined;
  /** The job, as it calls itself. */
  readonly job?: string | undefined;
  /** True for a text of pg_stat_activity. */
  readonly fromActivity?: boolean | undefined;
}

/** The verdict, with what a job needs to follow it. */
export interface GateAnswer extends GateExplanation {
  /** For the report of what came of it; null when the answer was not recorded. */
  readonly id: string | null;
  /** Where to run instead of on the primary; null when none is configured. */
  readonly replica: { readonly host: string; readonly port: number } | null;
}

/** One database behind the gate. */
export interface GatedDatabase {
  readonly planner: QueryPlanner;
  readonly policy: GatePolicy;
  readonly replica: GateAnswer['replica'];
}

export interface Gate {
  /** Names of the databases that it knows. */
  readonly databases: readonly string[];
  /** Judges and records. Throws `gate-role`, `gate-unreachable` and what an unreachable database throws. */
  explain(database: string, request: GateRequest, signal: AbortSignal): Promise<GateAnswer>;
  report: Explanations['report'];
  calibration(database: string): Promise<GateCalibration>;
}

/** Jobs that may wait for one database; one after the other is planned, so that the gate is no load. */
const MOST_WAITING = 16;

/** The gate over its databases; without `explanations` it records nothing and takes the common rate. */
export function createGate(options: {
  readonly databases: ReadonlyMap<string, GatedDatabase>;
  readonly explanations: Explanations | null;
  readonly newId: () => string;
  /** Called when an answer could not be recorded; it is given all the same. */
  readonly onUnrecorded: (error: unknown) => void;
}): Gate {
  const { databases, explanations, newId, onUnrecorded } = options;
  const queues = new Map<string, { waiting: number; last: Promise<unknown> }>();

  async function calibration(database: string): Promise<GateCalibration> {
    return calibrate((await explanations?.pairs(database)) ?? []);
  }

  async function oneAtATime<T>(database: string, work: () => Promise<T>): Promise<T> {
    const queue = queues.get(database) ?? { waiting: 0, last: Promise.resolve() };
    queues.set(database, queue);
    if (queue.waiting >= MOST_WAITING) throw busy(database);
    queue.waiting += 1;
    const turn = queue.last.then(work);
    queue.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      queue.waiting -= 1;
    }
  }

  async function record(explanation: GateExplanation, job: string | undefined): Promise<string | null> {
    if (explanations === null) return null;
    const id = newId();
    const { database, verdict, cost, estimate } = explanation;
    const estimatedSeconds = estimate?.seconds ?? null;
    try {
      await explanations.add({ id, database, job: job ?? null, verdict, cost, estimatedSeconds });
      return id;
    } catch (error) {
      onUnrecorded(error);
      return null;
    }
  }

  return {
    databases: [...databases.keys()],
    calibration,
    async explain(database, request, signal) {
      const gated = databases.get(database);
      if (gated === undefined) throw notGated(database, [...databases.keys()]);
      const rate = await calibration(database).catch((error: unknown) => {
        onUnrecorded(error);
        return calibrate([]);
      });
      const explanation = await oneAtATime(database, async () =>
        answer({ database, request, calibration: rate, signal }, gated),
      );
      const id = await record(explanation, request.job);
      return { ...explanation, id, replica: gated.replica };
    },
    async report(id, outcome) {
      return (await explanations?.report(id, outcome)) ?? 'unknown';
    },
  };
}

async function answer(
  asked: {
    readonly database: string;
    readonly request: GateRequest;
    readonly calibration: GateCalibration;
    readonly signal: AbortSignal;
  },
  { planner, policy }: GatedDatabase,
): Promise<GateExplanation> {
  const { database, request, calibration, signal } = asked;
  const { place, fromActivity = false } = request;
  // What is too long to be judged is not read either.
  const verbatim = fromActivity || request.sql.length > SCRIPT_LIMIT;
  const script = verbatim ? { status: 'sql' as const, sql: request.sql } : readPsqlScript(request.sql);
  if (script.status === 'unreadable') return unreadable(database, place, policy, script.why);
  const question = { database, place, calibration, fromActivity, sql: script.sql };
  return await judge({ ...question, policy: lowered(policy, request) }, planner, signal);
}

/** A policy with the limits of the asker where they are lower. */
export function lowered(
  policy: GatePolicy,
  { maxCost, maxSeconds }: Pick<GateRequest, 'maxCost' | 'maxSeconds'>,
): GatePolicy {
  const { denyAbove } = policy;
  const cost = Math.min(denyAbove.cost, maxCost ?? Number.POSITIVE_INFINITY);
  const seconds = Math.min(
    denyAbove.seconds ?? Number.POSITIVE_INFINITY,
    maxSeconds ?? Number.POSITIVE_INFINITY,
  );
  return { ...policy, denyAbove: { ...denyAbove, cost, ...(Number.isFinite(seconds) ? { seconds } : {}) } };
}

function unreadable(database: string, place: GatePlace, policy: GatePolicy, why: string): GateExplanation {
  return {
    database,
    place,
    verdict: policy.unjudged,
    reasons: [`Cannot be judged: ${why}.`],
    notes: [],
    cost: null,
    rows: null,
    estimate: null,
    indexes: [],
    statements: { explained: 0, unjudged: 1 },
  };
}

function notGated(database: string, known: readonly string[]): FirebreakError {
  return new FirebreakError('gate-unreachable', `There is no cost gate for a database ${database}.`, {
    hint:
      known.length === 0
        ? 'Give a database a gate in firebreak.yml: docs/cost-gate.md.'
        : `Use one of: ${known.join(', ')}.`,
  });
}

function busy(database: string): FirebreakError {
  return new FirebreakError('gate-unreachable', `Too many jobs ask about ${database} at once.`, {
    hint: 'Ask again in a few seconds.',
    retryable: true,
  });
}
