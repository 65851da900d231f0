import { type Kysely, sql, type Transaction } from 'kysely';
import { Alert, deliveryKey } from '../../domain/alert.ts';
import { sha256 } from '../../domain/json.ts';
import type { Alerts, StoredAlert, Work } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

const BATCH = 500;
/** Minutes after an incident is closed in which its alerts may still be repeated by a monitoring that lags behind. */
const AFTERMATH_MINUTES = 5;

/** What the store of alerts needs besides its table. */
export interface AlertParts {
  readonly enqueue: Enqueue;
  /** Called after the commit with the intake work. */
  readonly committed: (work: readonly Work[]) => void;
}

/** One delivery with how often it came in one call. */
interface Delivery {
  readonly key: string;
  readonly alert: string;
  count: number;
}

/** Alerts as they came in, each delivery once. */
export function createAlerts(db: Kysely<StateTables>, parts: AlertParts): Alerts {
  return {
    store: (alerts) => guarded(() => storeAlerts(db, parts, alerts)),
    get: (id) =>
      guarded(async () => {
        const row = await selectAlerts(db).where('id', '=', id).executeTakeFirst();
        return row === undefined ? null : toStoredAlert(row);
      }),
    list: (limit) =>
      guarded(async () => {
        const rows = await selectAlerts(db).orderBy('ordinal', 'desc').limit(limit).execute();
        return rows.map(toStoredAlert);
      }),
  };
}

async function storeAlerts(
  db: Kysely<StateTables>,
  parts: AlertParts,
  alerts: readonly Alert[],
): Promise<{ stored: number; repeated: number }> {
  if (alerts.length === 0) return { stored: 0, repeated: 0 };
  const deliveries = distinct(alerts);
  const work = await db.transaction().execute(async (tx) => {
    const ids: string[] = [];
    await retireOutlived(tx, deliveries);
    for (let start = 0; start < deliveries.length; start += BATCH) {
      ids.push(...(await insertDeliveries(tx, deliveries.slice(start, start + BATCH))));
    }
    const intake = ids.map((key): Work => ({ kind: 'intake', key }));
    await parts.enqueue(tx, intake);
    return intake;
  });
  parts.committed(work);
  return { stored: work.length, repeated: alerts.length - work.length };
}

/** Sorted by key: two calls that lock the same rows in different orders would wait for each other. */
function distinct(alerts: readonly Alert[]): Delivery[] {
  const deliveries = new Map<string, Delivery>();
  for (const alert of alerts) {
    // Hashed because a sender's fingerprint may be longer than an index entry can be, or hold a NUL.
    const key = sha256(deliveryKey(alert));
    const known = deliveries.get(key);
    if (known) known.count += 1;
    else deliveries.set(key, { key, alert: storableJson(alert), count: 1 });
  }
  return [...deliveries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * An alert that still fires when its incident has been closed for a while is news, not a repeat: the row of that
 * incident gives up its delivery key, so that the delivery is stored and settled anew.
 */
async function retireOutlived(tx: Transaction<StateTables>, deliveries: readonly Delivery[]): Promise<void> {
  const keys = deliveries.map(({ key }) => key);
  await sql`
    update firebreak.alert as outlived set delivery_key = outlived.delivery_key || '/' || outlived.id
    from firebreak.incident as incident
    where outlived.delivery_key = any(${keys}) and outlived.alert->>'status' = 'firing'
      and incident.id = outlived.incident_id and incident.status = 'closed'
      and incident.updated_at < clock_timestamp() - make_interval(mins => ${AFTERMATH_MINUTES})`.execute(tx);
}

/** Inserts what is new and counts what is not; the ids of the new rows. */
async function insertDeliveries(
  tx: Transaction<StateTables>,
  deliveries: readonly Delivery[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string; inserted: boolean }>`
    insert into firebreak.alert as stored (id, delivery_key, alert, repeats)
    select 'ALERT-' || nextval('firebreak.alert_number'), new.key, new.alert::jsonb, new.count - 1
    from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as new (key text, alert text, count bigint)
    on conflict (delivery_key) do update
      set repeats = stored.repeats + excluded.repeats + 1, last_repeat_at = clock_timestamp()
    returning id, xmax = 0 as inserted`.execute(tx);
  return rows.filter((row) => row.inserted).map((row) => row.id);
}

function selectAlerts(db: Kysely<StateTables>) {
  return db
    .selectFrom('alert')
    .select(['id', 'alert', 'received_at', 'decision', 'reason', 'incident_id as incidentId']);
}

function toStoredAlert(row: {
  id: string;
  alert: unknown;
  received_at: string;
  decision: 'opened' | 'attached' | 'resolved' | 'ignored' | null;
  reason: string | null;
  incidentId: string | null;
}): StoredAlert {
  const { id, decision, reason, incidentId } = row;
  const settlement = decision === null ? null : { alertId: id, decision, reason: reason ?? '', incidentId };
  return { id, alert: Alert.parse(row.alert), receivedAt: row.received_at, settlement };
}
