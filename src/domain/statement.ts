/** How one statement has run since the statistics began, by pg_stat_statements; times in milliseconds. */
export interface StatementStatistics {
  /** query_id as text. */
  readonly queryId: string;
  /** Executions that ended; what runs now is not among them. */
  readonly calls: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long the statements of one role take in the connected database, by pg_stat_statements; times in milliseconds. */
export interface RoleStatements {
  readonly role: string;
  readonly calls: number;
  /** Mean and twice the deviation of the statement for which that is longest: what its slowest good run takes. */
  readonly usualMs: number;
  /** The longest execution ever, outages included. */
  readonly longestMs: number;
}

/** A statement with its text, in which placeholders stand for values. */
export interface StatementText {
  readonly text: string;
  readonly calls: number;
  /** Milliseconds of all executions together. */
  readonly totalMs: number;
}
