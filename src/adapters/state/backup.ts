import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { createChainCheck, type Verification } from '../../domain/journal-chain.ts';
import { anchorText, type JournalEntry } from '../../domain/journal-entry.ts';
import type { Backups } from '../../ports/state.ts';
import { BACKUP_FORM, badBackup, readBackup, rowLine, sealed } from './backup-lines.ts';
import { columnsOf, unhurried } from './backup-session.ts';
import { backedUpSequences, backedUpTables } from './backup-tables.ts';
import { guarded, stateFailure } from './failure.ts';
import { readHead } from './journal-verify.ts';
import { migrations } from './migrations/all.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { restoreBackup } from './restore.ts';
import type { StateTables } from './tables.ts';

const BATCH = 500;

const JournalRow = z.object({
  position: z.int(),
  stream: z.string(),
  version: z.int(),
  at: z.string(),
  schema_version: z.int(),
  type: z.string(),
  body: z.string().nullable(),
  body_hash: z.string(),
  previous_hash: z.string(),
  hash: z.string(),
});

/** Copies of the whole state. @param db Without a bound in time, as a state may be large. */
export function createBackups(db: Kysely<StateTables>, enqueue: Enqueue): Backups {
  return {
    dump: () => sealed(dump(db)),
    check: checkBackup,
    restore: (lines, by) => guarded(async () => restoreBackup(db, enqueue, lines, by)),
  };
}

async function* dump(db: Kysely<StateTables>): AsyncGenerator<string> {
  const tx = await db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    await unhurried(tx);
    yield JSON.stringify(await header(tx));
    for (const table of backedUpTables) {
      const columns = await columnsOf(tx, table);
      yield JSON.stringify({ table, columns });
      for await (const row of rowsOf(tx, table, columns)) yield rowLine(row);
    }
  } catch (error) {
    throw stateFailure(error);
  } finally {
    await tx
      .rollback()
      .execute()
      .catch(() => undefined);
  }
}

async function header(tx: Kysely<StateTables>): Promise<object> {
  const head = await readHead(tx);
  if (head === null) throw badBackup('The journal has no head; verify it first.');
  const sequences: Record<string, number> = {};
  for (const name of backedUpSequences) {
    const { rows } = await sql<{ last: number }>`
      select case when is_called then last_value else 0 end as last from ${sql.table(`firebreak.${name}`)}`.execute(
      tx,
    );
    sequences[name] = rows[0]?.last ?? 0;
  }
  return {
    firebreakBackup: BACKUP_FORM,
    at: new Date().toISOString(),
    migrations: Object.keys(migrations),
    journal: anchorText(head),
    sequences,
  };
}

async function* rowsOf(
  tx: Kysely<StateTables>,
  table: string,
  columns: readonly string[],
): AsyncGenerator<string> {
  const list = sql.join(columns.map((column) => sql.ref(column)));
  await sql`declare backup no scroll cursor for
    select to_jsonb(one)::text as json from (select ${list} from ${sql.table(`firebreak.${table}`)} order by 1) one`.execute(
    tx,
  );
  for (;;) {
    const { rows } = await sql<{ json: string }>`fetch ${sql.lit(BATCH)} from backup`.execute(tx);
    for (const { json } of rows) yield json;
    if (rows.length < BATCH) break;
  }
  await sql`close backup`.execute(tx);
}

/** Reads a backup to its end and proves the chain of the journal in it. */
async function checkBackup(lines: AsyncIterable<string>): Promise<Verification> {
  let check = createChainCheck();
  let table = '';
  for await (const part of readBackup(lines)) {
    if ('header' in part) check = createChainCheck([part.header.journal]);
    else if ('table' in part) table = part.table;
    else if (table === 'journal') check.see(toEntry(part.row));
  }
  return check.end(undefined);
}

function toEntry(row: string): JournalEntry {
  const { schema_version, body_hash, previous_hash, at, ...same } = JournalRow.parse(JSON.parse(row));
  const hashes = { bodyHash: body_hash, previousHash: previous_hash };
  return { ...same, ...hashes, at: new Date(at).toISOString(), schemaVersion: schema_version };
}
