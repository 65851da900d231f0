import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { Alert } from '../../domain/alert.ts';
import { sha256 } from '../../domain/json.ts';
import type { StateTables } from './tables.ts';

/** Milliseconds that the transaction waits for a lock: whoever waits longer does not hold up the answer to an alert. */
const LOCK_MS = 250;
/** When more alerts than these wait to be settled, everything waits behind them. */
const MOST_WAITING = 50;

const Waiting = z.array(Alert);

/**
 * New ids of incidents, by dedupe key, for those keys for which no incident is open and no stored alert waits. From here
 * on the transaction waits for locks only briefly.
 */
export async function findFree(
  tx: Transaction<StateTables>,
  keys: ReadonlySet<string>,
  keyOf: (alert: Alert) => string | null,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...keys].map((key) => ({ key, hash: sha256(key) }));
  const { rows } = await sql<{ key: string; number: number; waiting: unknown }>`
    select wanted.key, nextval('firebreak.incident_number') as number, bound.waiting
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted (key text, hash text),
      (select set_config('lock_timeout', ${String(LOCK_MS)}, true), (
        select coalesce(jsonb_agg(alert), '[]') from (
          select alert from firebreak.alert where settled_at is null limit ${MOST_WAITING + 1}::int
        ) as unsettled) as waiting) as bound
    where not exists (
      select from firebreak.incident where dedupe_hash = wanted.hash and status = 'open')`.execute(tx);
  const waiting = Waiting.parse(rows[0]?.waiting ?? []);
  if (waiting.length > MOST_WAITING) return new Map();
  const behind = new Set(waiting.map(keyOf));
  return new Map(rows.filter(({ key }) => !behind.has(key)).map(({ key, number }) => [key, `INC-${number}`]));
}
