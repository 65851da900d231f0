/** A span of time, both ends ISO 8601. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** A question about what an incident did to the service, from the configuration. */
export interface ImpactQuestion {
  /** How people call it, such as `orders delayed`. */
  readonly name: string;
  readonly unit: string;
  /** Where the answer comes from, such as `Prometheus` or `SQL on replica-1`. */
  readonly source: string;
  /** The one number over this time, or null when there is none. Reads only, and never on a primary. Throws FirebreakError. */
  read(window: Window, signal: AbortSignal): Promise<number | null>;
}

/** The questions about each database; none unless somebody wrote them down. */
export interface Impact {
  questions(database: string): readonly ImpactQuestion[];
}
