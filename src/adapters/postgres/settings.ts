import { isFirebreakError } from '../../domain/errors.ts';
import { type Setting, type SettingChange, settingOwner } from '../../domain/setting.ts';
import { ident } from '../../domain/sql-name.ts';
import type { SettingChanged, SettingState } from '../../ports/databases.ts';
import { codeOf } from './errors.ts';
import { literal } from './literal.ts';

/** The row of the statement that reads a setting. */
export type SettingRow = {
  started: string;
  version: number;
  found: boolean;
  value: string | null;
  superuser: boolean;
  allowed: boolean;
  sessions: number;
};

/** SQLSTATE of our own refusals inside the guarded statement. */
const REFUSED = 'FB001';
/** Since this version ADMIN OPTION on the one role is needed, and CREATEROLE alone no longer reaches every role. */
const ADMIN_OPTION_SINCE = 160_000;

/** The setting that a superuser alone may set, unless SET on it was granted. */
export const GRANTED_SETTING = 'temp_file_limit';
/** Since this version SET on a parameter can be granted. */
const PARAMETER_GRANTS_SINCE = 150_000;

/** Whether the own role may set a parameter at all. Parameter: $1 its name. */
export function maySetSql({ version }: Pick<SettingRow, 'version'>): string {
  return version >= PARAMETER_GRANTS_SINCE
    ? `SELECT has_parameter_privilege($1, 'SET') AS may`
    : `SELECT rolsuper AS may FROM pg_roles WHERE rolname = current_user AND $1 <> ''`;
}

/** @param maySet whether the own role may set the parameter at all. */
export function toSettingState(
  row: SettingRow,
  setting: Setting,
  { own, maySet }: { readonly own: string; readonly maySet: boolean },
): SettingState {
  const { started, found, value, superuser, sessions, version } = row;
  const allowed = row.allowed && maySet;
  const grants = [
    ...(row.allowed ? [] : [grantText(setting, own, version)]),
    ...(maySet ? [] : [parameterGrant(setting, own, version)]),
  ];
  return {
    serverStart: started,
    found,
    value,
    superuser,
    allowed,
    grant: allowed ? null : grants.join('\n'),
    sessions,
  };
}

function parameterGrant({ name }: Setting, own: string, version: number): string {
  return version >= PARAMETER_GRANTS_SINCE
    ? `GRANT SET ON PARAMETER ${name} TO ${ident(own)};`
    : `-- before PostgreSQL 15 only a superuser sets ${name}; rather run the line above`;
}

/** What a superuser would run so that Firebreak may change it next time. */
function grantText({ role, database }: Setting, own: string, version: number): string {
  if (role === null)
    return `-- gives Firebreak the rights of the owner of database ${ident(database ?? '')}; rather run the line above\nGRANT <owner> TO ${ident(own)};`;
  if (version >= ADMIN_OPTION_SINCE)
    return `ALTER ROLE ${ident(own)} CREATEROLE;\nGRANT ${ident(role)} TO ${ident(own)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`;
  return `-- before PostgreSQL 16 this reaches every role that is no superuser; rather run the line above\nALTER ROLE ${ident(own)} CREATEROLE;`;
}

/** The statement that sets or resets it, as a person would write it. */
export function alterText({ setting, to }: Pick<SettingChange, 'setting' | 'to'>): string {
  const { name, role, database } = setting;
  if (name === 'connection_limit') {
    const whose = role === null ? `DATABASE ${ident(database ?? '')}` : `ROLE ${ident(role)}`;
    return `ALTER ${whose} CONNECTION LIMIT ${to === null ? -1 : Number.parseInt(to, 10)}`;
  }
  const whose =
    role === null
      ? `DATABASE ${ident(database ?? '')}`
      : `ROLE ${ident(role)}${database === null ? '' : ` IN DATABASE ${ident(database)}`}`;
  return `ALTER ${whose} ${to === null ? `RESET ${name}` : `SET ${name} = ${literal(to)}`}`;
}

/** The guarded statement: it changes nothing on another server, nor what somebody else has changed meanwhile. */
export function changeText(change: SettingChange): string {
  const { serverStart, from } = change;
  const body = `BEGIN
  IF pg_postmaster_start_time() IS DISTINCT FROM ${literal(serverStart)}::timestamptz THEN
    RAISE EXCEPTION 'server_changed' USING ERRCODE = '${REFUSED}';
  END IF;
  IF (${storedValue(change.setting)}) IS DISTINCT FROM ${literal(from)} THEN
    RAISE EXCEPTION 'value_changed' USING ERRCODE = '${REFUSED}';
  END IF;
  ${alterText(change)};
END`;
  const tag = dollarTag(body);
  return `/* firebreak:change-setting v1, ${settingOwner(change.setting).replaceAll('*/', '* /')} */\nDO ${tag}\n${body}\n${tag}`;
}

/** A subquery for the stored value. */
function storedValue({ name, role, database }: Setting): string {
  if (name === 'connection_limit') {
    return role === null
      ? `SELECT nullif(datconnlimit, -1)::text FROM pg_database WHERE datname = ${literal(database)}`
      : `SELECT nullif(rolconnlimit, -1)::text FROM pg_roles WHERE rolname = ${literal(role)}`;
  }
  const oid = (view: string, column: string, value: string | null) =>
    value === null ? '0' : `(SELECT oid FROM ${view} WHERE ${column} = ${literal(value)})`;
  return `SELECT substr(c, length('${name}') + 2) FROM pg_db_role_setting x, unnest(x.setconfig) c
      WHERE x.setdatabase = ${oid('pg_database', 'datname', database)} AND x.setrole = ${oid('pg_roles', 'rolname', role)}
        AND split_part(c, '=', 1) = '${name}'`;
}

/** A quote that does not occur in the text. */
function dollarTag(text: string): string {
  for (let number = 0; ; number += 1) {
    const tag = `$fb${number === 0 ? '' : number}$`;
    if (!text.includes(tag)) return tag;
  }
}

/** The answer when the guarded statement refused; null when it failed otherwise. */
export function refusal(error: unknown): SettingChanged | null {
  if (!isFirebreakError(error) || codeOf(error.cause) !== REFUSED) return null;
  return error.cause instanceof Error && error.cause.message === 'server_changed'
    ? 'server-changed'
    : 'value-changed';
}
