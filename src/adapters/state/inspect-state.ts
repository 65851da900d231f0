import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { StateAccess } from '../../domain/access.ts';
import { LOOK, type Look, riskOf } from './check-server.ts';
import { openingFailure } from './failure.ts';
import { migrations } from './migrations/all.ts';
import { sessionOptions } from './pool.ts';

interface Row {
  version: number;
  role: string;
  database: string;
  tables: boolean;
  may_create: boolean;
  bytes: number;
  free: number;
}

const ACCESS = `select current_setting('server_version_num')::int as version, current_user::text as role,
  current_database()::text as database, to_regclass('firebreak.migration') is not null as tables,
  has_database_privilege(current_database(), 'CREATE') as may_create, pg_database_size(current_database()) as bytes,
  least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - (select coalesce(sum(numbackends), 0)::int from pg_stat_database),
    (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user),
    (select nullif(datconnlimit, -1) from pg_database where datname = current_database())) as free`;

/**
 * Looks at the state database over a connection of its own, without making or migrating anything.
 * @throws FirebreakError `state-unavailable` when it cannot be used, `state-pooled` when a pooler is in between.
 */
export async function inspectState(url: string): Promise<NonNullable<StateAccess['server']>> {
  const client = new pg.Client({ ...sessionOptions({ url }, 'doctor'), query_timeout: 8_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await readServer(client);
  } catch (error) {
    throw openingFailure(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function readServer(client: pg.Client): Promise<NonNullable<StateAccess['server']>> {
  const [look] = (await client.query<Look>(LOOK)).rows;
  const [row] = (await client.query<Row>(ACCESS)).rows;
  if (look === undefined || row === undefined) throw new Error('it answered a statement with no row');
  const done = row.tables
    ? (await client.query<{ name: string }>('select name from firebreak.migration')).rows.map(
        ({ name }) => name,
      )
    : [];
  return {
    versionNumber: row.version,
    role: row.role,
    database: row.database,
    pendingMigrations: Object.keys(migrations).filter((name) => !done.includes(name)),
    unknownMigrations: done.filter((name) => !(name in migrations)),
    empty: !row.tables,
    mayCreate: row.may_create,
    pooled: look.pid !== Reflect.get(client, 'processID'),
    risk: riskOf(look),
    bytes: row.bytes,
    freeConnections: row.free,
  };
}

/** Bytes that are free where a folder is, or will be; null when the system does not tell. */
export async function freeBytesAt(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    const parent = join(directory, '..');
    return parent === directory ? null : await freeBytesAt(parent);
  }
}

/** The newest file of a folder of backups. */
export async function newestBackup(directory: string | null, now: Date): Promise<StateAccess['backup']> {
  if (directory === null) return { status: 'not-configured' };
  const names = await readdir(directory).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith('.jsonl'))
      .map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
  );
  const newest = files.sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) return { status: 'none', directory };
  return { status: 'found', file: newest.name, ageHours: (now.getTime() - newest.at) / 3_600_000 };
}
