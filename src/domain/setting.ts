import { z } from 'zod';

/**
 * A value that new sessions of a role get. A timeout is set for a role, in one database or in all; a connection limit
 * is one of a role or of a database.
 */
export const Setting = z.object({
  name: z.enum([
    'statement_timeout',
    'idle_in_transaction_session_timeout',
    'lock_timeout',
    /** Since PostgreSQL 17. */
    'transaction_timeout',
    /** Only a superuser may set it, or since PostgreSQL 15 whom one granted SET on it. */
    'temp_file_limit',
    'connection_limit',
  ]),
  role: z.string().nullable(),
  /** PostgreSQL's name of the database. */
  database: z.string().nullable(),
});
export type Setting = z.infer<typeof Setting>;

/** A change of one setting, with what it was before. Null stands for not set, and for no limit. */
export const SettingChange = z.object({
  setting: Setting,
  /** When the server that it was read on was started. */
  serverStart: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type SettingChange = z.infer<typeof SettingChange>;

/** A valve to close, and how many sessions the role had when that was planned: what it asks for when it has no limit. */
export const ShedChange = z.object({ ...SettingChange.shape, sessions: z.int() });
export type ShedChange = z.infer<typeof ShedChange>;

/** A change that is made in steps: `to` at the end, `closed` again whenever it does not hold. */
export const StagedChange = z.object({
  ...SettingChange.shape,
  closed: z.string().nullable(),
  /** One after the other; the last one is `to`. */
  stages: z.array(z.string().nullable()),
});
export type StagedChange = z.infer<typeof StagedChange>;

/** The values that one role or database gets together. */
export const SettingSet = z.object({ changes: z.array(SettingChange) });
export type SettingSet = z.infer<typeof SettingSet>;

/** The changes that the identity of a target stands for: of a valve one, of a set several. */
export function changesIn(identity: unknown): SettingChange[] {
  const set = SettingSet.safeParse(identity);
  return set.success ? set.data.changes : [SettingChange.parse(identity)];
}

/** Every value that a change may leave behind, with those of its steps. */
export function valuesOf(identity: unknown, { to }: SettingChange): (string | null)[] {
  const staged = StagedChange.safeParse(identity);
  return staged.success ? [staged.data.closed, ...staged.data.stages] : [to];
}

/** Data of the outcome of the step kinds that change settings. */
export const ChangedSettings = z.object({
  changes: z.array(
    SettingChange.extend({
      /** True when the answer was lost and nothing could be read: it may have been made. */
      uncertain: z.boolean(),
    }),
  ),
});
export type ChangedSettings = z.infer<typeof ChangedSettings>;

/** Whom a setting is of, such as `role reporting in database orders`. */
export function settingOwner({ role, database }: Setting): string {
  if (role === null) return `database ${database}`;
  return database === null ? `role ${role}` : `role ${role} in database ${database}`;
}

/** A setting as people call it, such as `statement_timeout of role reporting in database orders`. */
export function settingName(setting: Setting): string {
  const name = setting.name === 'connection_limit' ? 'The connection limit' : setting.name;
  return `${name} of ${settingOwner(setting)}`;
}

/** A value as people read it. */
export function settingValue(setting: Setting, value: string | null): string {
  return value ?? (setting.name === 'connection_limit' ? 'no limit' : 'not set');
}

/** Names one setting for ever. */
export function settingKey({ name, role, database }: Setting): string {
  return [name, role ?? '', database ?? ''].map(encodeURIComponent).join('/');
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a timeout as PostgreSQL writes one; null when it cannot be read. 0 switches it off. */
export function timeoutMillis(value: string): number | null {
  const [, digits, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value) ?? [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

/** A timeout as PostgreSQL writes one, in the largest unit that needs no fraction, such as `30s` or `15min`. */
export function timeoutText(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  const unit = (['h', 'min', 's'] as const).find((name) => whole % (UNITS[name] ?? 1) === 0);
  return unit === undefined || whole === 0 ? `${whole}ms` : `${whole / (UNITS[unit] ?? 1)}${unit}`;
}
