import type { CostPair, GateVerdict } from '../domain/gate.ts';

/** One statement that may be explained; `src/gate/script.ts` makes them. */
export interface ExplainableStatement {
  readonly text: string;
  /** The highest `$n` in it; 0 without placeholders. */
  readonly parameters: number;
  /** Functions that it names, in lower case, without their schema. */
  readonly functions: readonly string[];
}

/** A table as the server's statistics know it. */
export interface RelationSize {
  /** `schema.name`. */
  readonly table: string;
  /** Null when it was never analysed. */
  readonly rows: number | null;
  readonly bytes: number;
}

/** What the server said to a statement: its plan, or why it made none. */
export type PlanAnswer =
  | { readonly status: 'planned'; readonly plan: unknown; readonly relations: readonly RelationSize[] }
  | { readonly status: 'refused'; readonly why: string };

/** What a hypothetical index would change; `unused` when the planner does not want it. */
export type IndexTrial =
  | { readonly status: 'used'; readonly plan: unknown; readonly bytes: number }
  | { readonly status: 'unused' }
  | { readonly status: 'unavailable' };

/** One connection of the gate role. Nothing that is given to it is executed. */
export interface PlanningSession extends AsyncDisposable {
  /** What the role may do although it need not. */
  readonly warnings: readonly string[];
  /** Bytes from which on a text of pg_stat_activity was cut off. */
  readonly activityTextBytes: number;
  plan(statement: ExplainableStatement): Promise<PlanAnswer>;
  /** Tries an index that is never built. */
  tryIndex(
    statement: ExplainableStatement,
    index: { readonly table: string; readonly columns: readonly string[] },
  ): Promise<IndexTrial>;
}

/** Where plans are made. */
export interface QueryPlanner {
  /**
   * Connects as the gate role. Throws `gate-role` when the role could do harm, and what a database throws that cannot be
   * reached.
   */
  open(signal: AbortSignal): Promise<PlanningSession>;
}

/** A verdict as it was given, for the comparison with what came of it. Without the statement. */
export interface ExplanationRow {
  readonly id: string;
  readonly database: string;
  /** The job that asked, as it calls itself. */
  readonly job: string | null;
  readonly verdict: GateVerdict;
  readonly cost: number | null;
  readonly estimatedSeconds: number | null;
}

/** Predicted against actual, in Firebreak's own database. Throws `state-unavailable`. */
export interface Explanations {
  /** Keeps the newest of each database, at most 5000. */
  add(row: ExplanationRow): Promise<void>;
  /** `unknown` without such an id, `reported` when there is an outcome already: the first one stays. */
  report(
    id: string,
    outcome: { readonly seconds: number; readonly rows: number | null; readonly completed: boolean },
  ): Promise<'recorded' | 'unknown' | 'reported'>;
  /** The newest pairs of runs that came to their end, at most 500. */
  pairs(database: string): Promise<CostPair[]>;
}
