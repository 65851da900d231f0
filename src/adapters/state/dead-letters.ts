import { type Kysely, sql } from 'kysely';
import { sha256 } from '../../domain/json.ts';
import type { DeadLetter, DeadLetters, Work } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** A sender that is broken must not fill the disk: the newest letters are kept, and so much of each. */
const MOST_LETTERS = 1_000;
const MOST_CHARACTERS = 100_000;

const columns = [
  'id',
  'source',
  'reason',
  'body',
  'received_at as receivedAt',
  'last_at as lastAt',
  'count',
] as const;

/** People are told of it in the channel. */
const TELL: readonly Work[] = [{ kind: 'render', key: 'intake' }];

/** What a known sender sent and nobody could understand, each once, the newest. */
export function createDeadLetters(db: Kysely<StateTables>, enqueue: Enqueue): DeadLetters {
  return {
    keep: ({ source, reason, body }) =>
      guarded(async () => {
        const key = sha256(`${source}:${body}`);
        const kept = storableText(body.slice(0, MOST_CHARACTERS));
        await db.transaction().execute(async (tx) => {
          await sql`
            insert into firebreak.dead_letter as letter (id, delivery_key, source, reason, body)
            values ('LETTER-' || nextval('firebreak.letter_number'), ${key}, ${source}, ${storableText(reason)}, ${kept})
            on conflict (delivery_key) do update
              set count = letter.count + 1, last_at = clock_timestamp(), reason = excluded.reason`.execute(
            tx,
          );
          await enqueue(tx, TELL);
        });
        await sql`
          delete from firebreak.dead_letter where id in (
            select id from firebreak.dead_letter order by last_at desc, id offset ${MOST_LETTERS})`.execute(
          db,
        );
      }),
    get: (id) =>
      guarded(async () => {
        const row = await db
          .selectFrom('dead_letter')
          .select(columns)
          .where('id', '=', id)
          .executeTakeFirst();
        return row ?? null;
      }),
    list: (limit) =>
      guarded(
        async (): Promise<DeadLetter[]> =>
          db.selectFrom('dead_letter').select(columns).orderBy('last_at', 'desc').limit(limit).execute(),
      ),
    remove: (id) =>
      guarded(async () => {
        await db.deleteFrom('dead_letter').where('id', '=', id).execute();
      }),
  };
}
