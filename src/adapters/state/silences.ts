import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { Silence } from '../../domain/silence.ts';
import type { Silences } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** Hours for which a silence is told after its end. */
const TOLD_HOURS = 24;

/** What was set by hand. The journal has who did it; a row is how it stands. */
export function createSilences(db: Kysely<StateTables>): Silences {
  return {
    nextId: () =>
      guarded(async () => {
        const { rows } = await sql<{ number: number }>`
          select nextval('firebreak.silence_number') as number`.execute(db);
        return `SIL-${rows[0]?.number}`;
      }),
    get: (id) =>
      guarded(async () => {
        const row = await db.selectFrom('silence').select('silence').where('id', '=', id).executeTakeFirst();
        return row === undefined ? null : Silence.parse(row.silence);
      }),
    list: () =>
      guarded(async () => {
        const rows = await db
          .selectFrom('silence')
          .select('silence')
          .where('ends_at', '>', sql<string>`clock_timestamp() - make_interval(hours => ${TOLD_HOURS}::int)`)
          .orderBy('ends_at')
          .execute();
        return rows.map(({ silence }) => Silence.parse(silence));
      }),
  };
}

/** What writes a silence as it is from now on. What one that is over held back is due. */
export function putSilence(tx: Kysely<StateTables>, silence: Silence): CompiledQuery<unknown>[] {
  const values = { silence: storableJson(silence), ends_at: silence.endsAt ?? 'infinity' };
  const put = tx
    .insertInto('silence')
    .values({ id: silence.id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values));
  const release = sql`
    update firebreak.alert set held_until = least(held_until, ${values.ends_at}::timestamptz)
    where held and held_by = ${silence.id}`;
  return [put.compile(), release.compile(tx)];
}
