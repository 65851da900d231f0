import type { Kysely } from 'kysely';
import { type Entry, entryColumns, entryHash, NO_ENTRY_HASH } from './journal-entry.ts';
import type { StateTables } from './tables.ts';

const BATCH = 500;

/** What a walk over the chain has seen. */
interface Walk {
  events: number;
  position: number;
  hash: string;
  readonly versions: Map<string, number>;
}

/** Entries in order, read in batches so that the journal need not fit into memory. */
export async function* entriesInOrder(db: Kysely<StateTables>): AsyncGenerator<Entry> {
  let position = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const batch = await db
      .selectFrom('journal')
      .select(entryColumns)
      .where('position', '>', position)
      .orderBy('position')
      .limit(BATCH)
      .execute();
    yield* batch;
    const last = batch.at(-1);
    if (last === undefined || batch.length < BATCH) return;
    position = last.position;
  }
}

/** Recomputes every hash, and compares the end with the head row, in one snapshot. The first problem ends the walk. */
export async function verifyJournal(
  db: Kysely<StateTables>,
): Promise<{ events: number; chainOk: boolean; head: string; problem: string | null }> {
  const walk: Walk = { events: 0, position: 0, hash: NO_ENTRY_HASH, versions: new Map() };
  const problem = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => (await walkEntries(tx, walk)) ?? (await compareHead(tx, walk)));
  return { events: walk.events, chainOk: problem === null, head: walk.hash, problem };
}

async function walkEntries(db: Kysely<StateTables>, walk: Walk): Promise<string | null> {
  for await (const entry of entriesInOrder(db)) {
    const problem = checkEntry(entry, walk);
    if (problem !== null) return problem;
    walk.events += 1;
    walk.position = entry.position;
    walk.hash = entry.hash;
    walk.versions.set(entry.stream, entry.version);
  }
  return null;
}

function checkEntry(entry: Entry, walk: Walk): string | null {
  const { position, stream, version } = entry;
  if (position !== walk.position + 1) {
    return `Entry ${walk.position + 1} is missing: entry ${position} comes after ${walk.position}.`;
  }
  if (entryHash(entry) !== entry.hash) {
    return `Entry ${position} (${entry.type} of ${stream}) was changed: its content does not match its hash.`;
  }
  if (entry.previous_hash !== walk.hash) {
    return `Entry ${position} (${entry.type} of ${stream}) does not follow entry ${walk.position}: that entry was changed, replaced or moved.`;
  }
  const expected = (walk.versions.get(stream) ?? 0) + 1;
  if (version === expected) return null;
  return `Entry ${position} has version ${version} of ${stream} where ${expected} is due.`;
}

async function compareHead(db: Kysely<StateTables>, walk: Walk): Promise<string | null> {
  const head = await db.selectFrom('journal_head').select(['position', 'hash']).executeTakeFirst();
  if (head === undefined) return 'The head of the journal is missing.';
  if (head.position > walk.position) {
    return `The end of the journal is missing: the head is at entry ${head.position}, the last entry is ${walk.position}.`;
  }
  if (head.position < walk.position) {
    return `The head of the journal is at entry ${head.position}, but there are entries up to ${walk.position}.`;
  }
  if (head.hash !== walk.hash) {
    return `The head of the journal does not match the hash of the last entry, ${walk.position}.`;
  }
  return null;
}
