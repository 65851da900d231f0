import type { LocksNow, QueriesNow } from '../domain/live.ts';

/**
 * What goes on in a monitored database now, read when somebody asks. Readings of one moment are shared: however many
 * people ask, a server is read at most every 2 s. Throws what `Databases.snapshot` throws, with what is known all the
 * same; whatever else is missing is a gap in words.
 */
export interface LiveReadings {
  queries(database: string): Promise<QueriesNow>;
  locks(database: string): Promise<LocksNow>;
}
