import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { RecordedEvent } from '../../domain/event.ts';
import type { Anchor } from '../../domain/journal-entry.ts';
import { JOURNAL_STREAM } from '../../domain/retention.ts';
import type { Work } from '../../ports/state.ts';
import { appendEvents } from './journal-append.ts';
import type { Enqueue } from './queue/enqueue.ts';
import type { StateTables } from './tables.ts';

/** Remembers the last entry that this process wrote, and notices when it is gone. */
export interface Witness {
  saw(event: RecordedEvent | undefined): void;
  /** Looks for the remembered entry; when it is gone, the log and the journal say so. Nothing else follows from memory. */
  check(): Promise<void>;
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

  async function tell(position: number, hash: string): Promise<void> {
    try {
      const work = await lookAgain(db);
      await appendEvents(db, enqueue, [
        {
          stream: JOURNAL_STREAM,
          expectedVersion: null,
          events: [{ type: 'journal.lost', position, hash, instance }],
          options: { work },
        },
      ]);
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
    async check() {
      if (last === null) return;
      const { position, hash } = last;
      const found = await db
        .selectFrom('journal')
        .select('hash')
        .where('position', '=', position)
        .executeTakeFirst();
      if (found?.hash === hash) return;
      // Another append may have noticed meanwhile, and has told it then.
      if (last === null || last.position !== position) return;
      last = null;
      logger.error(
        { journal: `${position}:${hash}` },
        'The state database has lost entries of the journal that it had confirmed',
      );
      await tell(position, hash);
    },
  };
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
