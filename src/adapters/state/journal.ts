import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { RecordedEvent } from '../../domain/event.ts';
import { type JournalEntry, NO_ENTRY_HASH } from '../../domain/journal-entry.ts';
import type { AppendResult, Journal, StreamAppend, Work } from '../../ports/state.ts';
import { guarded, stateFailure } from './failure.ts';
import { appendEvents } from './journal-append.ts';
import { entryColumns, toRecordedEvent } from './journal-entry.ts';
import { entriesInOrder, readHead, verifyJournal } from './journal-verify.ts';
import { createWitness } from './journal-witness.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** What the journal needs besides its tables. */
export interface JournalParts {
  readonly enqueue: Enqueue;
  /** Called after the commit with the work of the transaction. */
  readonly committed: (work: readonly Work[]) => void;
  readonly logger: Pick<Logger, 'error'>;
  /** Name of this process. */
  readonly instance: string;
}

/** The journal on PostgreSQL. Appends wait for one another on the head row, which makes the numbering gapless. */
export function createJournal(db: Kysely<StateTables>, parts: JournalParts): Journal {
  const witness = createWitness(db, parts);

  async function appendAll(appends: readonly StreamAppend[]): Promise<AppendResult> {
    const result = await guarded(async () => {
      await witness.check();
      return await appendEvents(db, parts.enqueue, appends);
    });
    if (result.status === 'appended') witness.saw(result.events.at(-1));
    if (result.status === 'appended') parts.committed(appends.flatMap(({ options }) => options.work));
    return result;
  }

  return {
    read: async (stream, after = 0) => guarded(() => readStreams(db, [{ stream, after }])),
    readAll: async (streams) => guarded(() => readStreams(db, streams)),
    append: async (stream, expectedVersion, events, options) =>
      appendAll([{ stream, expectedVersion, events, options }]),
    appendAll,
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
