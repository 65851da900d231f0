import { type CompiledQuery, type Kysely, type QueryResult, sql } from 'kysely';
import type { Anchor } from '../../domain/journal-entry.ts';
import { commonSchema } from './journal-schema.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';
import { together } from './together.ts';

interface Head extends Anchor {
  /** The newest form of event that the journal holds. */
  readonly event_schema: number;
}

/** Where the journal ends, with its head locked: nobody else appends until the transaction is over. */
export interface JournalEnd {
  readonly head: Head;
  /** The last version of each stream that was asked for: 0 when it has no entry. */
  readonly versions: ReadonlyMap<string, number>;
  /** Time of the database, ISO 8601 in UTC. */
  readonly at: string;
  /** The form in which events are written. */
  readonly schema: number;
}

interface StreamEnds {
  readonly versions: Readonly<Record<string, number>>;
  readonly at: string;
  readonly schema: number;
}

/** Locks the head, and reads where these streams end. */
export async function lockEnd(tx: Kysely<StateTables>, streams: readonly string[]): Promise<JournalEnd> {
  return journalEnd(await together(tx, endQueries(tx, streams)));
}

/**
 * Two statements, to be run in this order: the ends are read after the head is locked, so that the versions are the last
 * ones, times follow the order of entries, and no replica registers before the commit.
 * @param when What has to be true for the head to be locked; otherwise the first statement has no row.
 */
export function endQueries(
  tx: Kysely<StateTables>,
  streams: readonly string[],
  when = sql<boolean>`true`,
): readonly [CompiledQuery<Head>, CompiledQuery<StreamEnds>] {
  const head = sql<Head>`
    select position, hash, event_schema from firebreak.journal_head where ${when} for update`;
  const ends = sql<StreamEnds>`
    select clock_timestamp()::timestamptz(3) as at, ${commonSchema} as schema, (
      select coalesce(jsonb_object_agg(wanted, (
        select coalesce(max(version), 0) from firebreak.journal where stream = wanted)), '{}')
      from unnest(${streams.map(storableText)}::text[]) as wanted) as versions`;
  return [head.compile(tx), ends.compile(tx)];
}

/** What the two statements found. */
export function journalEnd([{ rows: heads }, { rows: ends }]: readonly [
  QueryResult<Head>,
  QueryResult<StreamEnds>,
]): JournalEnd {
  const [head] = heads;
  const [end] = ends;
  if (head === undefined || end === undefined) throw new Error('The journal has no head.');
  return { head, at: end.at, schema: end.schema, versions: new Map(Object.entries(end.versions)) };
}
