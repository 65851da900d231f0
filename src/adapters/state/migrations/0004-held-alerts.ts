import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Alerts that are held back, what they depend on, silences, and what could not be understood. */
export const migration0004: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table firebreak.alert
      drop constraint alert_decision_check,
      add constraint alert_decision_check check (decision in
        ('opened', 'attached', 'resolved', 'ignored', 'silenced', 'flapping', 'inhibited')),
      add column held boolean not null default false,
      add column held_until timestamptz(3),
      add column held_by text,
      add column replay_of text;
    create index alert_held on firebreak.alert (ordinal) where held;
    -- A hash, as what a sender sends may be longer than an entry of an index can be.
    create index alert_same on firebreak.alert
      (hashtextextended((alert->>'source') || ':' || (alert->>'fingerprint'), 0), received_at);

    create sequence firebreak.silence_number;
    create table firebreak.silence (
      id text primary key,
      silence jsonb not null,
      ends_at timestamptz(3) not null
    );

    create sequence firebreak.letter_number;
    create table firebreak.dead_letter (
      id text primary key,
      delivery_key text not null unique,
      source text not null,
      reason text not null,
      body text not null,
      received_at timestamptz(3) not null default clock_timestamp(),
      last_at timestamptz(3) not null default clock_timestamp(),
      count bigint not null default 1
    );
  `.execute(db);
}
