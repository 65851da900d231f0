import { type Kysely, sql } from 'kysely';
import type { Explanations } from '../../ports/gate.ts';
import { guarded } from './failure.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** Rows that are kept of each database. */
const KEPT = 5_000;
/** Pairs that a calibration looks at. */
const PAIRS = 500;

/** Predicted against actual. */
export function createExplanations(db: Kysely<StateTables>): Explanations {
  return {
    add: ({ id, database, job, verdict, cost, estimatedSeconds }) =>
      guarded(async () => {
        const name = storableText(database);
        const values = { id, database: name, verdict, cost, estimated_seconds: estimatedSeconds };
        await db
          .insertInto('explanation')
          .values({ ...values, job: job === null ? null : storableText(job) })
          .execute();
        await sql`
          delete from firebreak.explanation where database = ${name} and ordinal <= (
            select ordinal from firebreak.explanation where database = ${name}
            order by ordinal desc offset ${KEPT}::int limit 1)`.execute(db);
      }),
    report: (id, { seconds, rows, completed }) =>
      guarded(async () => {
        const done = await db
          .updateTable('explanation')
          .set({ seconds, rows, completed, reported_at: sql<string>`clock_timestamp()` })
          .where('id', '=', id)
          .where('reported_at', 'is', null)
          .executeTakeFirst();
        if (done.numUpdatedRows > 0n) return 'recorded';
        const found = await db.selectFrom('explanation').select('id').where('id', '=', id).executeTakeFirst();
        return found === undefined ? 'unknown' : 'reported';
      }),
    pairs: (database) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('explanation')
          .select(['cost', 'seconds'])
          .where('database', '=', database)
          .where('completed', '=', true)
          .where('cost', 'is not', null)
          .where('seconds', 'is not', null)
          .orderBy('ordinal', 'desc')
          .limit(PAIRS)
          .execute();
        return rows.flatMap(({ cost, seconds }) =>
          cost === null || seconds === null ? [] : [{ cost, seconds }],
        );
      }),
  };
}
