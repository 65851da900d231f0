import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the cost gate predicted, and what came of it. */
export const migration0005: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table firebreak.explanation (
      ordinal bigint primary key generated always as identity,
      id text not null unique,
      database text not null,
      job text,
      verdict text not null,
      cost double precision,
      estimated_seconds double precision,
      at timestamptz(3) not null default clock_timestamp(),
      seconds double precision,
      rows bigint,
      completed boolean,
      reported_at timestamptz(3)
    );
    create index explanation_newest on firebreak.explanation (database, ordinal);
  `.execute(db);
}
