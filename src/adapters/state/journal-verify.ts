import type { Kysely } from 'kysely';
import { createChainCheck, type Verification } from '../../domain/journal-chain.ts';
import type { Anchor, JournalEntry } from '../../domain/journal-entry.ts';
import { entryColumns } from './journal-entry.ts';
import type { StateTables } from './tables.ts';

const BATCH = 500;

/** Entries in order, read in batches so that the journal need not fit into memory. */
export async function* entriesInOrder(db: Kysely<StateTables>): AsyncGenerator<JournalEntry> {
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

/** The last entry, as the head row has it; null when the row is missing. */
export async function readHead(db: Kysely<StateTables>): Promise<Anchor | null> {
  const head = await db.selectFrom('journal_head').select(['position', 'hash']).executeTakeFirst();
  return head ?? null;
}

/** Recomputes every hash, and compares the end with the head row and with the anchors, in one snapshot. */
export async function verifyJournal(
  db: Kysely<StateTables>,
  anchors: readonly Anchor[],
): Promise<Verification> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((tx) => verifyIn(tx, anchors));
}

/** Like verifyJournal, in a transaction that is open already. */
export async function verifyIn(db: Kysely<StateTables>, anchors: readonly Anchor[]): Promise<Verification> {
  const check = createChainCheck(anchors);
  for await (const entry of entriesInOrder(db)) check.see(entry);
  return check.end(await readHead(db));
}
