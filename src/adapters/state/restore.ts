import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { Verification } from '../../domain/journal-chain.ts';
import { JOURNAL_STREAM } from '../../domain/retention.ts';
import { type BackupHeader, badBackup, readBackup } from './backup-lines.ts';
import { columnsOf, unhurried } from './backup-session.ts';
import { NUMBERS_LEFT_OUT } from './backup-tables.ts';
import { appendWithin } from './journal-append.ts';
import { verifyIn } from './journal-verify.ts';
import { migrations } from './migrations/all.ts';
import type { Enqueue } from './queue/enqueue.ts';
import type { StateTables } from './tables.ts';

const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 4_000_000;

/** Writes a backup into an empty state, all or nothing, and proves its journal. Throws `bad-backup`, `state-not-empty`. */
export async function restoreBackup(
  db: Kysely<StateTables>,
  enqueue: Enqueue,
  lines: AsyncIterable<string>,
  by: Actor,
): Promise<Verification> {
  return await db.transaction().execute(async (tx) => {
    await unhurried(tx);
    await tx.selectFrom('journal_head').select('position').forUpdate().execute();
    await refuseUsed(tx);
    await tx.deleteFrom('journal_head').execute();
    const header = await insertAll(tx, lines);
    await finish(tx, header);
    const { position, hash } = header.journal;
    const restored = { type: 'journal.restored', position, hash, takenAt: header.at, by } as const;
    const verified = await verifyIn(tx, [header.journal]);
    if (!verified.chainOk) throw badBackup(`Its journal is not whole: ${verified.problem}`);
    await appendWithin(tx, enqueue, [
      { stream: JOURNAL_STREAM, expectedVersion: null, events: [restored], options: { work: [] } },
    ]);
    return await verifyIn(tx, [header.journal]);
  });
}

async function refuseUsed(tx: Transaction<StateTables>): Promise<void> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select from firebreak.journal) or exists (select from firebreak.alert)
      or exists (select from firebreak.incident) as used`.execute(tx);
  if (rows[0]?.used !== true) return;
  throw new FirebreakError(
    'state-not-empty',
    'This state has a journal already, and a restore never writes over one.',
    {
      hint: 'Give state.url an empty database, or state.directory an empty folder; keep the old one until all is well.',
    },
  );
}

async function insertAll(tx: Transaction<StateTables>, lines: AsyncIterable<string>): Promise<BackupHeader> {
  let header: BackupHeader | null = null;
  let table = '';
  let columns: readonly string[] = [];
  let rows: string[] = [];
  let characters = 0;
  const flush = async () => {
    if (rows.length > 0) await insertRows(tx, table, columns, rows);
    rows = [];
    characters = 0;
  };
  for await (const part of readBackup(lines)) {
    if ('header' in part) {
      header = part.header;
      refuseNewer(header);
    } else if ('table' in part) {
      await flush();
      ({ table, columns } = part);
      const known = await columnsOf(tx, table);
      const unknown = columns.filter((column) => !known.includes(column));
      if (unknown.length > 0)
        throw badBackup(`Its table ${table} has unknown columns: ${unknown.join(', ')}.`);
    } else {
      rows.push(part.row);
      characters += part.row.length;
      if (rows.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS) await flush();
    }
  }
  await flush();
  if (header === null) throw badBackup('It is empty.');
  return header;
}

function refuseNewer({ migrations: applied }: BackupHeader): void {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new FirebreakError(
    'state-version',
    `The backup was taken by a newer Firebreak (${unknown.join(', ')}).`,
    {
      hint: 'Restore it with that version.',
    },
  );
}

/** Columns that a newer version has added take their defaults. */
async function insertRows(
  tx: Transaction<StateTables>,
  table: string,
  columns: readonly string[],
  rows: readonly string[],
): Promise<void> {
  const list = sql.join(columns.map((column) => sql.ref(column)));
  const target = sql.table(`firebreak.${table}`);
  await sql`insert into ${target} (${list}) overriding system value
    select ${list} from jsonb_populate_recordset(null::${target}, ${`[${rows.join(',')}]`}::jsonb)`.execute(
    tx,
  );
}

/** Numbers go on after the restored ones, and what Slack shows of open incidents is brought in line anew. */
async function finish(tx: Transaction<StateTables>, { sequences }: BackupHeader): Promise<void> {
  for (const [name, last] of Object.entries(sequences)) {
    const next = name === 'incident_number' ? last + NUMBERS_LEFT_OUT : last;
    if (next > 0) await sql`select setval(${`firebreak.${name}`}::regclass, ${next})`.execute(tx);
  }
  for (const table of ['alert', 'incident', 'explanation']) {
    await sql`select setval(pg_get_serial_sequence(${`firebreak.${table}`}, 'ordinal'), max(ordinal))
      from ${sql.table(`firebreak.${table}`)} having max(ordinal) is not null`.execute(tx);
  }
  await sql`update firebreak.chat_message set content_hash = ''
    where incident_id in (select id from firebreak.incident where status = 'open')`.execute(tx);
}
