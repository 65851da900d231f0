import { type Kysely, sql } from 'kysely';
import type { RecordedEvent } from '../../domain/event.ts';
import { type JournalEntry, NO_ENTRY_HASH } from '../../domain/journal-entry.ts';
import type { AppendResult, Journal, StreamAppend } from '../../ports/state.ts';
import { guarded, stateFailure } from './failure.ts';
import { entryColumns, toRecordedEvent } from './journal-entry.ts';
import { entriesInOrder, readHead, verifyJournal } from './journal-verify.ts';
import { createJournalWriter, type JournalParts, type WriteJournal } from './journal-writer.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** The journal, with the way in for transactions that write other tables too. */
export interface OwnJournal extends Journal {
  readonly write: WriteJournal;
  /** To be called when the state was away: another server, or an older state, may have come back. */
  readonly lookForLoss: () => Promise<void>;
}

/** The journal on PostgreSQL. Appends wait for one another on the head row, which makes the numbering gapless. */
export function createJournal(db: Kysely<StateTables>, parts: JournalParts): OwnJournal {
  const { write, lookForLoss } = createJournalWriter(db, parts);
  const appendAll = async (appends: readonly StreamAppend[]): Promise<AppendResult> =>
    write(async (_tx, append) => append(appends));

  return {
    read: async (stream, after = 0) => guarded(() => readStreams(db, [{ stream, after }])),
    readAll: async (streams) => guarded(() => readStreams(db, streams)),
    append: async (stream, expectedVersion, events, options) =>
      appendAll([{ stream, expectedVersion, events, options }]),
    appendAll,
    write,
    lookForLoss,
    head: () => guarded(async () => (await readHead(db)) ?? { position: 0, hash: NO_ENTRY_HASH }),
    verify: (anchors = []) => guarded(() => verifyJournal(db, anchors)),
    export: () => exportEntries(db),
  };
}

async function readStreams(
  db: Kysely<StateTables>,
  streams: readonly { readonly stream: string; readonly after: number }[],
): Promise<RecordedEvent[]> {
  if (streams.length === 0) return [];
  const wanted = streams.map(({ stream, after }) => ({
    wanted_stream: stream,
    after_version: after,
  }));
  const entries = await db
    .selectFrom('journal')
    .innerJoin(
      sql<{
        wanted_stream: string;
        after_version: number;
      }>`jsonb_to_recordset(${storableJson(wanted)}::jsonb)`.as<'wanted'>(
        sql`wanted (wanted_stream text, after_version bigint)`,
      ),
      (join) =>
        join.onRef('stream', '=', 'wanted_stream').on('version', '>', (eb) => eb.ref('after_version')),
    )
    .select(entryColumns)
    .orderBy('stream')
    .orderBy('version')
    .execute();
  // Retention removes the content of a whole stream; what is left has nothing to tell.
  const removed = new Set(entries.filter(({ body }) => body === null).map(({ stream }) => stream));
  return entries.filter(({ stream }) => !removed.has(stream)).map(toRecordedEvent);
}

async function* exportEntries(db: Kysely<StateTables>): AsyncGenerator<JournalEntry> {
  try {
    yield* entriesInOrder(db);
  } catch (error) {
    throw stateFailure(error);
  }
}
