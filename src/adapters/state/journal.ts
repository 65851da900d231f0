import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { RecordedEvent } from '../../domain/event.ts';
import { type JournalEntry, NO_ENTRY_HASH } from '../../domain/journal-entry.ts';
import type { Journal, Work } from '../../ports/state.ts';
import { guarded, stateFailure } from './failure.ts';
import { appendEvents } from './journal-append.ts';
import { entryColumns, toRecordedEvent } from './journal-entry.ts';
import { entriesInOrder, readHead, verifyJournal } from './journal-verify.ts';
import { createWitness } from './journal-witness.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storableText } from './storable-json.ts';
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
  return {
    read: (stream, after = 0) => guarded(() => readStream(db, stream, after)),
    append: async (stream, expectedVersion, events, options) => {
      const append = { stream, expectedVersion, events, options };
      const result = await guarded(async () => {
        await witness.check();
        return await appendEvents(db, parts.enqueue, append);
      });
      if (result.status === 'appended') witness.saw(result.events.at(-1));
      if (result.status === 'appended') parts.committed(options.work);
      return result;
    },
    head: () => guarded(async () => (await readHead(db)) ?? { position: 0, hash: NO_ENTRY_HASH }),
    verify: (anchors = []) => guarded(() => verifyJournal(db, anchors)),
    export: () => exportEntries(db),
  };
}

async function readStream(db: Kysely<StateTables>, stream: string, after: number): Promise<RecordedEvent[]> {
  const entries = await db
    .selectFrom('journal')
    .select(entryColumns)
    .where('stream', '=', storableText(stream))
    .where('version', '>', after)
    .orderBy('version')
    .execute();
  // Retention removes the content of a whole stream; what is left has nothing to tell.
  return entries.some(({ body }) => body === null) ? [] : entries.map(toRecordedEvent);
}

async function* exportEntries(db: Kysely<StateTables>): AsyncGenerator<JournalEntry> {
  try {
    yield* entriesInOrder(db);
  } catch (error) {
    throw stateFailure(error);
  }
}
