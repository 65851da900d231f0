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
