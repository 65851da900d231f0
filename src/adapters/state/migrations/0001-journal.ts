import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The journal with its head, alerts, incidents, and the boards of progress and chat messages. */
export const migration0001: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create schema if not exists firebreak;

    create table firebreak.journal (
      position bigint primary key check (position > 0),
      stream text not null,
      version bigint not null check (version > 0),
      type text not null,
      schema_version int not null,
      body text,
      data jsonb generated always as (body::jsonb) stored,
      at timestamptz(3) not null,
      body_hash text not null,
      previous_hash text not null,
      hash text not null,
      unique (stream, version)
    );
    create table firebreak.journal_head (
      only_row boolean primary key default true check (only_row),
      position bigint not null,
      hash text not null
    );
    insert into firebreak.journal_head (position, hash) values (0, repeat('0', 64));

    -- Guards against mistakes; against malice there is the chain of hashes. Only the content of an entry may go, and
    -- only while the last entry of the journal is the journal.pruned that names its stream.
    create function firebreak.refuse_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.body is not null and new.body is null
        and (to_jsonb(new) - 'body' - 'data') = (to_jsonb(old) - 'body' - 'data')
        and exists (
          select from firebreak.journal_head head join firebreak.journal last using (position)
          where last.stream = 'journal' and last.type = 'journal.pruned' and last.data->'streams' ? old.stream)
      then return new;
      end if;
      raise exception 'The journal is append-only: % is refused.', tg_op;
    end $$;
    create trigger journal_append_only before update or delete on firebreak.journal
      for each row execute function firebreak.refuse_change();
    create trigger journal_no_truncate before truncate on firebreak.journal
      for each statement execute function firebreak.refuse_change();

    create sequence firebreak.alert_number;
    create table firebreak.alert (
      ordinal bigint not null generated always as identity unique,
      id text primary key,
      delivery_key text not null unique,
      alert jsonb not null,
      received_at timestamptz(3) not null default clock_timestamp(),
      repeats bigint not null default 0,
      last_repeat_at timestamptz(3),
      decision text check (decision in ('opened', 'attached', 'resolved', 'ignored')),
      reason text,
      incident_id text,
      settled_at timestamptz(3)
    );
    create index alert_unsettled on firebreak.alert (ordinal) where settled_at is null;

    create sequence firebreak.incident_number;
    create table firebreak.incident (
      ordinal bigint not null generated always as identity unique,
      id text primary key,
      dedupe_key text not null,
      dedupe_hash text not null,
      database text not null,
      title text not null,
      status text not null check (status in ('open', 'closed')),
      opened_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      pruned_at timestamptz(3)
    );
    create unique index incident_one_open on firebreak.incident (dedupe_hash) where status = 'open';

    create table firebreak.progress (
      incident_id text primary key,
      progress jsonb not null,
      at timestamptz(3) not null default clock_timestamp()
    );
    create table firebreak.chat_message (
      incident_id text not null,
      key text not null,
      channel text not null,
      ts text,
      nonce text not null,
      content_hash text not null,
      primary key (incident_id, key)
    );
  `.execute(db);
}
