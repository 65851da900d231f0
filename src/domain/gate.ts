import { z } from 'zod';

/** What the cost gate says: run it, run it on the replica, or do not run it. */
export type GateVerdict = 'allow' | 'replica' | 'deny';

/** Where a job means to run. On the replica full scans are what it is for; the limits of denial hold there too. */
export type GatePlace = 'primary' | 'replica';

const MB = 1024 * 1024;
const limit = (value: number, text: string) => z.number().positive().default(value).describe(text);

/** From where on a statement belongs on the replica, and from where on it is denied. */
export const GatePolicy = z.strictObject({
  replicaAbove: z
    .strictObject({
      cost: limit(100_000, "Cost in the planner's units; on a common server about 1 s."),
      scanBytes: limit(100 * MB, 'Bytes of a table that is read from end to end.'),
      scanRows: limit(1_000_000, 'Rows of a table that is read from end to end.'),
    })
    .prefault({})
    .describe('A statement above one of these belongs on the replica.'),
  denyAbove: z
    .strictObject({
      cost: limit(1_000_000, "Cost in the planner's units; on a common server about 10 s."),
      rows: limit(1_000_000, 'Rows given to the client, or changed in one statement.'),
      joinRows: limit(10_000_000, 'Rows of tables that are joined without a condition.'),
      seconds: z.number().positive().optional().describe('Estimated seconds. Default: no limit of its own.'),
    })
    .prefault({})
    .describe('A statement above one of these is denied.'),
  unjudged: z
    .enum(['deny', 'allow'])
    .default('deny')
    .describe('What happens to statements that cannot be explained, such as DO, CALL and DDL.'),
});
export type GatePolicy = z.infer<typeof GatePolicy>;

/** Seconds of a statement, as far as its cost tells. */
export interface GateEstimate {
  readonly seconds: number;
  /** It may be this many times shorter or longer. */
  readonly factor: number;
  /** Runs of this database that the estimate rests on; 0 when it is the common rate. */
  readonly pairs: number;
}

/** How cost and seconds belong together on one database. */
export interface GateCalibration {
  /** Cost units in one second. */
  readonly costPerSecond: number;
  readonly factor: number;
  /** Runs that it rests on; with too few of them it is the common rate and they are only counted in `known`. */
  readonly pairs: number;
  readonly known: number;
}

/** A prediction and what came of it. */
export interface CostPair {
  readonly cost: number;
  readonly seconds: number;
}

/** An index for a full scan. */
export interface IndexAdvice {
  /** Table as `schema.name`. */
  readonly table: string;
  readonly columns: readonly string[];
  /** What hypopg measured; null without it, and then the advice is a guess. */
  readonly measured: {
    readonly costBefore: number;
    readonly costAfter: number;
    readonly bytes: number;
  } | null;
}

/** The verdict on one text, which may be a script of several statements. */
export interface GateExplanation {
  readonly database: string;
  readonly place: GatePlace;
  readonly verdict: GateVerdict;
  /** Why; each one sentence without values of the statement. */
  readonly reasons: readonly string[];
  /** What else is worth knowing, such as a role that may do too much. */
  readonly notes: readonly string[];
  /** The statements that were explained, together; null when there was none. */
  readonly cost: number | null;
  /** Rows that the largest result gives to the client. */
  readonly rows: number | null;
  readonly estimate: GateEstimate | null;
  readonly indexes: readonly IndexAdvice[];
  /** How many statements were explained, and how many could not be. */
  readonly statements: { readonly explained: number; readonly unjudged: number };
}
