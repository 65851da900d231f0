import { type Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { type Anchor, bodyHashOf, entryHash, type JournalEntry } from '../../domain/journal-entry.ts';
import { sha256 } from '../../domain/json.ts';
import type { AppendOptions, AppendResult, Settlement } from '../../ports/state.ts';
import { putMessage } from './chat-messages.ts';
import { commitFailure } from './failure.ts';
import { saveIncidents } from './incidents.ts';
import { toRecordedEvent, toRow } from './journal-entry.ts';
import { commonSchema, written } from './journal-schema.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { putSilence } from './silences.ts';
import { storableJson, storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** The unique index that two open incidents with one dedupe key violate. */
const ONE_OPEN_INCIDENT = 'incident_one_open';

/** Thrown to roll back: somebody else was first. */
export class Conflict extends Error {}

/** Looks at the head of the journal once it is locked, before anything is appended to it. */
export type CheckHead = (tx: Kysely<StateTables>, head: Anchor) => Promise<void>;

export interface Append {
  readonly stream: string;
  /** Null for wherever the stream is. */
  readonly expectedVersion: number | null;
  readonly events: readonly DomainEvent[];
  readonly options: AppendOptions;
}

/** One transaction that ends with what it appends; on a conflict nothing of it. */
export async function inOneTransaction(
  db: Kysely<StateTables>,
  write: (tx: Transaction<StateTables>) => Promise<readonly JournalEntry[]>,
): Promise<AppendResult> {
  let committing = false;
  try {
    const entries = await db.transaction().execute(async (tx) => {
      const written = await write(tx);
      committing = true;
      return written;
    });
    return { status: 'appended', events: entries.map(toRecordedEvent) };
  } catch (error) {
    if (error instanceof Conflict || isSecondOpening(error)) return { status: 'conflict' };
    throw committing ? commitFailure(error) : error;
  }
}

/**
 * Appends events of different streams in an open transaction, with head, incident rows, settlements, reserved messages and
 * work. Throws to roll back when somebody else was first.
 */
export async function appendWithin(
  tx: Transaction<StateTables>,
  enqueue: Enqueue,
  appends: readonly Append[],
  checkHead?: CheckHead,
): Promise<JournalEntry[]> {
  const head = await tx
    .selectFrom('journal_head')
    .select(['position', 'hash', 'event_schema'])
    .forUpdate()
    .executeTakeFirstOrThrow();
  await checkHead?.(tx, head);
  // Incidents are opened under the lock of the head too: one is open before this, or not before it.
  for (const { options } of appends) if (await isOpen(tx, options.unlessOpen)) throw new Conflict();
  const { versions, at, schema } = await streamEnds(tx, appends);
  const entries: JournalEntry[] = [];
  for (const { stream, expectedVersion, events } of appends) {
    const version = versions.get(storableText(stream)) ?? 0;
    if (expectedVersion !== null && version !== expectedVersion) throw new Conflict();
    const { position, hash } = entries.at(-1) ?? head;
    entries.push(...chain(events, { stream: storableText(stream), version, at, schema, position, hash }));
  }
  const last = entries.at(-1);
  if (last !== undefined) {
    await tx.insertInto('journal').values(entries.map(toRow)).execute();
    const event_schema = Math.max(head.event_schema, schema);
    await tx
      .updateTable('journal_head')
      .set({ position: last.position, hash: last.hash, event_schema })
      .execute();
  }
  await saveIncidents(
    tx,
    appends.flatMap(({ options }) => options.incident ?? []),
  );
  await settleAlerts(
    tx,
    appends.flatMap(({ options }) => options.settles ?? []),
  );
  for (const silence of appends.flatMap(({ options }) => options.silence ?? []))
    await putSilence(tx, silence);
  for (const message of appends.flatMap(({ options }) => options.reserves ?? []))
    await putMessage(tx, message);
  await enqueue(
    tx,
    appends.flatMap(({ options }) => options.work),
  );
  return entries;
}

async function isOpen(tx: Kysely<StateTables>, dedupeKey: string | undefined): Promise<boolean> {
  if (dedupeKey === undefined) return false;
  const open = tx.selectFrom('incident').select('id').where('status', '=', 'open');
  return (await open.where('dedupe_hash', '=', sha256(dedupeKey)).executeTakeFirst()) !== undefined;
}

function isSecondOpening(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === ONE_OPEN_INCIDENT;
}

/**
 * Read after the head is locked, so that the versions are the last ones, times follow the order of entries, and no
 * replica registers before the commit.
 */
async function streamEnds(
  tx: Transaction<StateTables>,
  appends: readonly Append[],
): Promise<{ versions: ReadonlyMap<string, number>; at: string; schema: number }> {
  const streams = appends.map(({ stream }) => storableText(stream));
  const { rows } = await sql<{ stream: string; version: number; at: string; schema: number }>`
    select wanted.stream, clock_timestamp()::timestamptz(3) as at, ${commonSchema} as schema,
      coalesce((select max(version) from firebreak.journal where stream = wanted.stream), 0::bigint) as version
    from unnest(${streams}::text[]) as wanted (stream)`.execute(tx);
  const [first] = rows;
  if (first === undefined) throw new Error('There is nothing to append.');
  const { at, schema } = first;
  return { versions: new Map(rows.map(({ stream, version }) => [stream, version])), at, schema };
}

function chain(
  events: readonly DomainEvent[],
  start: { stream: string; version: number; at: string; schema: number; position: number; hash: string },
): JournalEntry[] {
  let { position, version, hash } = start;
  return events.map((event) => {
    const { type, body } = written(event, start.schema);
    const hashed = {
      position: ++position,
      stream: start.stream,
      version: ++version,
      at: start.at,
      schemaVersion: start.schema,
      type,
      bodyHash: bodyHashOf(body),
      previousHash: hash,
    };
    hash = entryHash(hashed);
    return { ...hashed, hash, body };
  });
}

/**
 * An alert is settled once; a second settlement means that somebody else decided first. A silence that was ended meanwhile
 * holds nothing back: whoever ends one waits for the head of the journal too.
 */
async function settleAlerts(tx: Transaction<StateTables>, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const { numAffectedRows = 0n } = await sql`
    update firebreak.alert as alert
    set decision = new.decision, reason = new.reason, incident_id = new."incidentId", settled_at = clock_timestamp(),
      held = new.decision in ('silenced', 'flapping', 'inhibited'), held_by = new."heldBy",
      held_until = least(new."heldUntil", (select ends_at from firebreak.silence where id = new."heldBy"))
    from jsonb_to_recordset(${storableJson(settlements)}::jsonb)
      as new ("alertId" text, decision text, reason text, "incidentId" text, "heldBy" text, "heldUntil" timestamptz)
    where alert.id = new."alertId" and alert.settled_at is null`.execute(tx);
  if (numAffectedRows === BigInt(settlements.length)) return;
  const ids = settlements.map(({ alertId }) => alertId);
  const known = await tx.selectFrom('alert').select('id').where('id', 'in', ids).execute();
  const unknown = ids.find((id) => !known.some((row) => row.id === id));
  if (unknown === undefined) throw new Conflict();
  throw new FirebreakError('internal', `There is no stored alert ${unknown} to settle.`, {
    hint: 'Report this: a settlement must name a stored alert.',
  });
}
