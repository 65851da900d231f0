import type { IndexAdvice } from '../domain/gate.ts';

/** Says which indexes a statement would gain from, by its plan; nothing is executed. */
export interface IndexAdvisor {
  /** Whether plans can be made there: the database has a gate role. */
  knows(database: string): boolean;
  /** Indexes for the full scans of a statement; none when it has none. Throws what an unreachable database throws. */
  advise(database: string, sql: string, signal: AbortSignal): Promise<readonly IndexAdvice[]>;
}
