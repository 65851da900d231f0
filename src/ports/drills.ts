import type { DrillRecord } from '../domain/drill-record.ts';

/** The rehearsals that were recorded with `firebreak drill --record-in`. Throws `state-unavailable`. */
export interface Drills {
  record(drill: DrillRecord): Promise<void>;
  /** The newest ones and when they were recorded (ISO 8601), newest last. */
  recent(most: number): Promise<readonly (DrillRecord & { readonly at: string })[]>;
  /** The last one; null when there was none. */
  last(): Promise<(DrillRecord & { readonly at: string }) | null>;
}
