import { type Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { bodyHashOf, entryHash, type JournalEntry } from '../../domain/journal-entry.ts';
import type { AppendOptions, AppendResult, Settlement } from '../../ports/state.ts';
import { commitFailure } from './failure.ts';
import { saveIncident } from './incidents.ts';
import { toRecordedEvent, toRow } from './journal-entry.ts';
import { commonSchema, written } from './journal-schema.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** The unique index that two open incidents with one dedupe key violate. */
const ONE_OPEN_INCIDENT = 'incident_one_open';

/** Thrown to roll back: somebody else was first. */
class Conflict extends Error {}

interface Append {
  readonly stream: string;
  /** Null for wherever the stream is. */
  readonly expectedVersion: number | null;
  readonly events: readonly DomainEvent[];
  readonly options: AppendOptions;
}

/** One transaction: events, head, incident row, settlement and work; on a conflict nothing of it. */
export async function appendEvents(
  db: Kysely<StateTables>,
  enqueue: Enqueue,
  append: Append,
): Promise<AppendResult> {
  let committing = false;
  try {
    const entries = await db.transaction().execute(async (tx) => {
      const written = await appendWithin(tx, enqueue, append);
      committing = true;
      return written;
    });
    return { status: 'appended', events: entries.map(toRecordedEvent) };
  } catch (error) {
    if (error instanceof Conflict || isSecondOpening(error)) return { status: 'conflict' };
    throw committing ? commitFailure(error) : error;
  }
}

/** Appends in a transaction that is open already. Throws to roll back when somebody else was first. */
export async function appendWithin(
  tx: Transaction<StateTables>,
  enqueue: Enqueue,
  append: Append,
): Promise<JournalEntry[]> {
  const head = await tx
    .selectFrom('journal_head')
    .select(['position', 'hash', 'event_schema'])
    .forUpdate()
    .executeTakeFirstOrThrow();
  const stream = storableText(append.stream);
  const { version, at, schema } = await streamEnd(tx, stream);
  if (append.expectedVersion !== null && version !== append.expectedVersion) throw new Conflict();
  const entries = chain(append.events, { stream, version, at, schema, ...head });
  const last = entries.at(-1);
  if (last !== undefined) {
    await tx.insertInto('journal').values(entries.map(toRow)).execute();
    const event_schema = Math.max(head.event_schema, schema);
    await tx
      .updateTable('journal_head')
      .set({ position: last.position, hash: last.hash, event_schema })
      .execute();
  }
  if (append.options.incident) await saveIncident(tx, append.options.incident);
  for (const settlement of append.options.settles ?? []) await settleAlert(tx, settlement);
  await enqueue(tx, append.options.work);
  return entries;
}

function isSecondOpening(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === ONE_OPEN_INCIDENT;
}

/**
 * Read after the head is locked, so that the version is the last one, times follow the order of entries, and no replica
 * registers before the commit.
 */
async function streamEnd(
  tx: Transaction<StateTables>,
  stream: string,
): Promise<{ version: number; at: string; schema: number }> {
  return await tx
    .selectFrom('journal')
    .where('stream', '=', stream)
    .select((eb) => [
      eb.fn.coalesce(eb.fn.max('version'), sql<number>`0::bigint`).as('version'),
      sql<string>`clock_timestamp()::timestamptz(3)`.as('at'),
      commonSchema.as('schema'),
    ])
    .executeTakeFirstOrThrow();
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

/** An alert is settled once; a second settlement means that somebody else decided first. */
async function settleAlert(tx: Transaction<StateTables>, settlement: Settlement): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('alert')
    .set({
      decision: settlement.decision,
      reason: storableText(settlement.reason),
      incident_id: settlement.incidentId,
      settled_at: sql<string>`clock_timestamp()`,
    })
    .where('id', '=', settlement.alertId)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 1n) return;
  const known = await tx
    .selectFrom('alert')
    .select('id')
    .where('id', '=', settlement.alertId)
    .executeTakeFirst();
  if (known) throw new Conflict();
  throw new FirebreakError('internal', `There is no stored alert ${settlement.alertId} to settle.`, {
    hint: 'Report this: a settlement must name a stored alert.',
  });
}
