import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { RecordedEvent } from '../../domain/event.ts';
import type { Anchor } from '../../domain/journal-entry.ts';
import { JOURNAL_STREAM } from '../../domain/retention.ts';
import type { Work } from '../../ports/state.ts';
import { appendWithin, type CheckHead, inOneTransaction } from './journal-append.ts';
import type { Enqueue } from './queue/enqueue.ts';
import type { StateTables } from './tables.ts';

/** Remembers the last entry that this process wrote, and notices when it is gone. */
export interface Witness {
  saw(event: RecordedEvent | undefined): void;
  /**
   * Runs an append that lets `check` look for the remembered entry. When it is gone, the log and the journal say so, and
   * the append runs anew. Nothing else follows from memory.
   */
  watch<T>(append: (check: CheckHead) => Promise<T>): Promise<T>;
}

/** Thrown to roll back: the entry that this process wrote last is not there any more. */
class EntriesLost extends Error {
  readonly anchor: Anchor;
  constructor(anchor: Anchor) {
    super('Entries of the journal are lost.');
    this.anchor = anchor;
  }
}

/**
 * A database that fails over to a replica without the last transactions, or is restored to an older state, has lost
 * decisions that it had confirmed. Firebreak goes on with what the journal says: what was decided and is not there any
 * more is asked again, on a plan made of the world as it is now.
 */
export function createWitness(
  db: Kysely<StateTables>,
  { enqueue, logger, instance }: { enqueue: Enqueue; logger: Pick<Logger, 'error'>; instance: string },
): Witness {
  let last: Anchor | null = null;

  /** The head itself is that entry, as long as nobody else has appended: then nothing needs to be read. */
  async function check(...[tx, head]: Parameters<CheckHead>): Promise<void> {
    if (last === null || isSame(head, last)) return;
    const { position, hash } = last;
    const entry = tx.selectFrom('journal').select('hash').where('position', '=', position);
    const found = await entry.executeTakeFirst();
    if (found?.hash === hash) return;
    // Another append may have noticed meanwhile, and has told it then.
    if (last === null || last.position !== position) return;
    last = null;
    throw new EntriesLost({ position, hash });
  }

  async function tell({ position, hash }: Anchor): Promise<void> {
    logger.error(
      { journal: `${position}:${hash}` },
      'The state database has lost entries of the journal that it had confirmed',
    );
    try {
      const work = await lookAgain(db);
      const told = { type: 'journal.lost', position, hash, instance } as const;
      const append = { stream: JOURNAL_STREAM, expectedVersion: null, events: [told], options: { work } };
      await inOneTransaction(db, async (tx) => appendWithin(tx, enqueue, [append]));
    } catch (error) {
      last ??= { position, hash };
      throw error;
    }
  }

  return {
    saw(event) {
      if (event === undefined || (last !== null && event.position <= last.position)) return;
      last = { position: event.position, hash: event.hash };
    },
    async watch(append) {
      try {
        return await append(check);
      } catch (error) {
        if (!(error instanceof EntriesLost)) throw error;
        await tell(error.anchor);
        return await append(check);
      }
    },
  };
}

function isSame(one: Anchor, other: Anchor): boolean {
  return one.position === other.position && one.hash === other.hash;
}

/** What Slack shows of open incidents may be ahead of the journal now: it is written anew, and each goes on from there. */
async function lookAgain(db: Kysely<StateTables>): Promise<Work[]> {
  const open = db.selectFrom('incident').select('id').where('status', '=', 'open');
  await db.updateTable('chat_message').set({ content_hash: '' }).where('incident_id', 'in', open).execute();
  return (await open.execute()).flatMap(({ id }): Work[] => [
    { kind: 'advance', key: id },
    { kind: 'render', key: id },
  ]);
}
