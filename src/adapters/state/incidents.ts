import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { sha256 } from '../../domain/json.ts';
import type { AppendOptions, Incidents } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';

const PREFIX = { incident: 'INC', prevention: 'PREV' } as const;

const columns = ['id', 'dedupe_key as dedupeKey', 'database', 'title', 'status'] as const;

/** The rows that incidents are searched by. */
export function createIncidents(db: Kysely<StateTables>): Incidents {
  const all = db.selectFrom('incident').select([...columns, 'opened_at as openedAt']);
  return {
    nextIds: (count, purpose = 'incident') =>
      guarded(async () => {
        if (count === 0) return [];
        const { rows } = await sql<{ number: number }>`
          select nextval('firebreak.incident_number') as number from generate_series(1, ${count}::int)`.execute(
          db,
        );
        return rows.map(({ number }) => `${PREFIX[purpose]}-${number}`);
      }),
    get: (id) =>
      guarded(async () => {
        const query = db.selectFrom('incident').select([...columns, 'pruned_at as prunedAt']);
        return (await query.where('id', '=', id).executeTakeFirst()) ?? null;
      }),
    findOpen: (dedupeKey) =>
      guarded(async () => {
        const query = db
          .selectFrom('incident')
          .select(columns)
          .where('dedupe_hash', '=', sha256(dedupeKey))
          .where('status', '=', 'open');
        return (await query.executeTakeFirst()) ?? null;
      }),
    listOpen: () => guarded(() => all.where('status', '=', 'open').orderBy('ordinal').execute()),
    remindAt: (id, version, at) => guarded(async () => setRemindAt(db, { id, version, at })),
    list: (limit) =>
      guarded(() => all.select('pruned_at as prunedAt').orderBy('ordinal', 'desc').limit(limit).execute()),
  };
}

/** The row is locked first: an append writes it together with its events, so none is under way when they are counted. */
async function setRemindAt(
  db: Kysely<StateTables>,
  { id, version, at }: { id: string; version: number; at: Date | null },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.selectFrom('incident').select('id').where('id', '=', id).forUpdate().execute();
    const newest = await tx
      .selectFrom('journal')
      .select((eb) => eb.fn.max('version').as('version'))
      .where('stream', '=', id)
      .executeTakeFirst();
    if (Number(newest?.version ?? 0) !== version) return;
    const remind_at = at?.toISOString() ?? null;
    await tx.updateTable('incident').set({ remind_at }).where('id', '=', id).execute();
  });
}

/** What writes the rows of incidents. A second open incident with the same key violates a unique index (SQLSTATE 23505). */
export function saveIncidents(
  tx: Kysely<StateTables>,
  rows: readonly NonNullable<AppendOptions['incident']>[],
): CompiledQuery<unknown>[] {
  if (rows.length === 0) return [];
  const values = rows.map((row) => ({
    id: row.id,
    dedupe_key: storableText(row.dedupeKey),
    // Indexed instead of the key, which may be longer than an index entry can be.
    dedupe_hash: sha256(row.dedupeKey),
    database: storableText(row.database),
    title: storableText(row.title),
    status: row.status,
    waiting: row.waiting,
    remind_at: row.remindAt ?? null,
  }));
  const save = tx
    .insertInto('incident')
    .values(values)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        dedupe_key: eb.ref('excluded.dedupe_key'),
        dedupe_hash: eb.ref('excluded.dedupe_hash'),
        database: eb.ref('excluded.database'),
        title: eb.ref('excluded.title'),
        status: eb.ref('excluded.status'),
        waiting: eb.ref('excluded.waiting'),
        remind_at: eb.ref('excluded.remind_at'),
        updated_at: sql<string>`clock_timestamp()`,
      })),
    );
  return [save.compile()];
}
