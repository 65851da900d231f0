import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When somebody has to be reminded of an incident, or paged, although nothing happens in it. */
export const migration0003: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table firebreak.incident add column remind_at timestamptz(3);
    create index incident_remind on firebreak.incident (remind_at) where remind_at is not null;
  `.execute(db);
}
