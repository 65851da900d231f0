import type { CompiledQuery, Kysely } from 'kysely';
import pg from 'pg';
import type { DomainEvent } from '../../domain/event.ts';
import { type Anchor, bodyHashOf, entryHash, type JournalEntry } from '../../domain/journal-entry.ts';
import { sha256 } from '../../domain/json.ts';
import type { AppendOptions, AppendResult } from '../../ports/state.ts';
import { putMessage } from './chat-messages.ts';
import { Conflict } from './conflict.ts';
import { commitFailure } from './failure.ts';
import { saveIncidents } from './incidents.ts';
import { type JournalEnd, lockEnd } from './journal-end.ts';
import { toRecordedEvent, toRow } from './journal-entry.ts';
import { written } from './journal-schema.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { refuseUnsettled, settleAlerts } from './settle-alerts.ts';
import { putSilence } from './silences.ts';
import { storableText } from './storable-json.ts';
import type { StateTables } from './tables.ts';
import { together } from './together.ts';
import { transaction } from './transaction.ts';

/** The unique index that two open incidents with one dedupe key violate. */
const ONE_OPEN_INCIDENT = 'incident_one_open';

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
  write: (tx: Kysely<StateTables>) => Promise<readonly JournalEntry[]>,
): Promise<AppendResult> {
  let committing = false;
  try {
    const entries = await transaction(db, write, () => {
      committing = true;
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
 * @param end Where the journal ends, when its head is locked already.
 */
export async function appendWithin(
  tx: Kysely<StateTables>,
  enqueue: Enqueue,
  appends: readonly Append[],
  { checkHead, end: known }: { checkHead?: CheckHead; end?: JournalEnd | undefined } = {},
): Promise<JournalEntry[]> {
  const streams = appends.map(({ stream }) => stream);
  const end = known ?? (await lockEnd(tx, streams));
  await checkHead?.(tx, end.head);
  // Incidents are opened under the lock of the head too: one is open before this, or not before it.
  for (const { options } of appends) if (await isOpen(tx, options.unlessOpen)) throw new Conflict();
  const entries = entriesOf(appends, end);
  const options = appends.map((append) => append.options);
  const settlements = options.flatMap(({ settles }) => settles ?? []);
  const [settled] = await together(tx, [
    ...settleAlerts(tx, settlements),
    ...writeEntries(tx, entries, end),
    ...saveIncidents(
      tx,
      options.flatMap(({ incident }) => incident ?? []),
    ),
    ...options.flatMap(({ silence }) => (silence === undefined ? [] : putSilence(tx, silence))),
    ...options.flatMap(({ reserves }) => reserves ?? []).map((message) => putMessage(tx, message).compile()),
  ]);
  await refuseUnsettled(tx, settlements, settled);
  await enqueue(
    tx,
    options.flatMap(({ work }) => work),
  );
  return entries;
}

function entriesOf(appends: readonly Append[], { head, versions, at, schema }: JournalEnd): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const { stream, expectedVersion, events } of appends) {
    const version = versions.get(storableText(stream)) ?? 0;
    if (expectedVersion !== null && version !== expectedVersion) throw new Conflict();
    const { position, hash } = entries.at(-1) ?? head;
    entries.push(...chain(events, { stream: storableText(stream), version, at, schema, position, hash }));
  }
  return entries;
}

/** The entries, and the head that they move. */
function writeEntries(
  tx: Kysely<StateTables>,
  entries: readonly JournalEntry[],
  { head, schema }: JournalEnd,
): CompiledQuery<unknown>[] {
  const last = entries.at(-1);
  if (last === undefined) return [];
  const { position, hash } = last;
  const event_schema = Math.max(head.event_schema, schema);
  return [
    tx.insertInto('journal').values(entries.map(toRow)).compile(),
    tx.updateTable('journal_head').set({ position, hash, event_schema }).compile(),
  ];
}

async function isOpen(tx: Kysely<StateTables>, dedupeKey: string | undefined): Promise<boolean> {
  if (dedupeKey === undefined) return false;
  const open = tx.selectFrom('incident').select('id').where('status', '=', 'open');
  return (await open.where('dedupe_hash', '=', sha256(dedupeKey)).executeTakeFirst()) !== undefined;
}

function isSecondOpening(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === ONE_OPEN_INCIDENT;
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
