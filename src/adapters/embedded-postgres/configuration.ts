import { appendFileSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** Values of server parameters by name, as in postgresql.conf. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

const SETTINGS_FILE = 'firebreak.conf';
const INCLUDE_LINE = `include_if_exists = '${SETTINGS_FILE}'`;

/**
 * Writes our settings into a file of their own that postgresql.conf includes. ALTER SYSTEM stays stronger than they
 * are, so a person may still tune the server. `fsync` is always on: a journal that authorises kills must survive a
 * power cut.
 */
export function writeSettings(dataDirectory: string, settings: Settings, account: Account | undefined): void {
  const all: Settings = { timezone: 'UTC', log_timezone: 'UTC', ...settings, fsync: true };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quoteSetting(value)}`);
  writeOwned(join(dataDirectory, SETTINGS_FILE), `${lines.join('\n')}\n`, account);
  const main = join(dataDirectory, 'postgresql.conf');
  if (!readFileSync(main, 'utf8').includes(INCLUDE_LINE)) appendFileSync(main, `\n${INCLUDE_LINE}\n`);
}

/**
 * Writes pg_hba.conf. The unix socket is open to whoever may enter its private directory; over TCP the superuser needs
 * its password, and every other role what `extra` says.
 */
export function writeHostRules(
  dataDirectory: string,
  superuser: string,
  extra: readonly string[],
  account: Account | undefined,
): void {
  const lines = [
    'local all all trust',
    'local replication all trust',
    `host all "${superuser}" samehost scram-sha-256`,
    `host replication "${superuser}" samehost scram-sha-256`,
    ...extra,
  ];
  writeOwned(join(dataDirectory, 'pg_hba.conf'), `${lines.join('\n')}\n`, account);
}

/** Writes a file with mode 0600 that belongs to the account. */
export function writeOwned(path: string, text: string, account: Account | undefined): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (account) chownSync(path, account.uid, account.gid);
}

/** Quotes a value for postgresql.conf. */
function quoteSetting(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Builds a libpq connection string from keyword and value pairs. */
export function connectionString(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}='${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
