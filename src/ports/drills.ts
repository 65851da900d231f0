import type { DrillRecord } from '../domain/drill-record.ts';

/** The rehearsals that were recorded with `firebreak drill --record-in`. Throws `state-unavailable`. */
export interface Drills {
  record(drill: DrillRecord): Promise<void>;
  /** The last one and when it was recorded (ISO 8601); null when there was none. */
  last(): Promise<(DrillRecord & { readonly at: string }) | null>;
}
