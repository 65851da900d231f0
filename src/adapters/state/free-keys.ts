import { type CompiledQuery, type Kysely, type QueryResult, sql } from 'kysely';
import { z } from 'zod';
import { Alert } from '../../domain/alert.ts';
import { sha256 } from '../../domain/json.ts';
import type { StateTables } from './tables.ts';

/** Milliseconds that the transaction waits for a lock: whoever waits longer does not hold up the answer to an alert. */
const LOCK_MS = 250;
/** When more alerts than these wait to be settled, everything waits behind them. */
const MOST_WAITING = 50;

const Waiting = z.array(Alert);

/** Whether no incident is open under the key of this hash. */
const isFree = sql<boolean>`not exists (
  select from firebreak.incident where dedupe_hash = wanted.hash and status = 'open')`;

/** A key for which no incident is open, with a number for one, and the stored alerts that wait to be settled. */
interface FreeRow {
  readonly key: string;
  readonly number: number;
  readonly waiting: unknown;
}

/** Whether no incident is open under one of these keys. */
export function isAnyFree(keys: ReadonlySet<string>) {
  return sql<boolean>`exists (
    select from unnest(${[...keys].map(sha256)}::text[]) as wanted (hash)
    where ${isFree})`;
}

/** Finds the keys for which no incident is open. From here on the transaction waits for locks only briefly. */
export function findFree(tx: Kysely<StateTables>, keys: ReadonlySet<string>): CompiledQuery<FreeRow> {
  const wanted = [...keys].map((key) => ({ key, hash: sha256(key) }));
  return sql<FreeRow>`
    select wanted.key, nextval('firebreak.incident_number') as number, bound.waiting
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted (key text, hash text),
      (select set_config('lock_timeout', ${String(LOCK_MS)}, true), (
        select coalesce(jsonb_agg(alert), '[]') from (
          select alert from firebreak.alert where settled_at is null limit ${MOST_WAITING + 1}::int
        ) as unsettled) as waiting) as bound
    where ${isFree}`.compile(tx);
}

/** New ids of incidents, by dedupe key, for those keys that are free and for which no stored alert waits. */
export function freeIds(
  { rows }: QueryResult<FreeRow>,
  keyOf: (alert: Alert) => string | null,
): ReadonlyMap<string, string> {
  const waiting = Waiting.parse(rows[0]?.waiting ?? []);
  if (waiting.length > MOST_WAITING) return new Map();
  const behind = new Set(waiting.map(keyOf));
  return new Map(rows.filter(({ key }) => !behind.has(key)).map(({ key, number }) => [key, `INC-${number}`]));
}
