import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The replicas that work on this state, the newest schema of events that the journal holds, and which incidents wait
 * for a person.
 */
export const migration0002: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table firebreak.replica (
      instance text primary key,
      version text not null,
      event_schema int not null,
      started_at timestamptz(3) not null default clock_timestamp(),
      left_at timestamptz(3),
      gone_at timestamptz(3)
    );
    alter table firebreak.journal_head add column event_schema int not null default 1;
    alter table firebreak.incident add column waiting boolean not null default false;
    create index incident_unfinished on firebreak.incident (ordinal) where status = 'open' and not waiting;
  `.execute(db);
}
