import type { Objective } from '../domain/objective.ts';

/** A number from a metrics system. */
export interface Reading {
  readonly value: number;
  /** ISO 8601, the sample's own time. */
  readonly at: string;
  /** Where it comes from, in words, such as `Prometheus (node_exporter)`. */
  readonly source: string;
}

/** Metrics beside PostgreSQL's own. Throws `prometheus-unreachable` or `prometheus-error`. */
export interface Metrics {
  /** CPU use of the database's host as a share of 0 to 1, or null when no query is configured for it. */
  cpu(database: string, signal: AbortSignal): Promise<Reading | null>;
  /** The query that cpu() sends, for people to read, or null when none is configured for this database. */
  cpuQuery?(database: string): string | null;
  /** The objectives of the service, from the configuration; none unless somebody wrote them down. */
  objectives(database: string): readonly Objective[];
  /** The value of an objective now, or null when there is none. */
  measure(database: string, objective: Objective, signal: AbortSignal): Promise<Reading | null>;
}
