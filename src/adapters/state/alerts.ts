import { type Kysely, sql } from 'kysely';
import { Alert, deliveryKey } from '../../domain/alert.ts';
import { sha256 } from '../../domain/json.ts';
import { type Alerts, INTAKE, type StoredAlert, type Work } from '../../ports/state.ts';
import { createAlertBatches, type Delivery } from './alert-batches.ts';
import { guarded } from './failure.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/** Minutes after an incident is closed in which its alerts may still be repeated by a monitoring that lags behind. */
const AFTERMATH_MINUTES = 5;

/** What the store of alerts needs besides its table. */
export interface AlertParts {
  /** Called after a commit that stored something, with the work to settle it. */
  readonly committed: (work: readonly Work[]) => void;
}

/** Alerts as they came in, each delivery once. A row without a settlement is itself the work that is left to do. */
export function createAlerts(db: Kysely<StateTables>, parts: AlertParts): Alerts {
  const store = createAlertBatches((deliveries) => guarded(() => storeDeliveries(db, parts, deliveries)));
  return {
    store: async (alerts) => (alerts.length === 0 ? { stored: 0, repeated: 0 } : store(distinct(alerts))),
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
    unsettled: (after, limit) =>
      guarded(async () => {
        const rows = await selectAlerts(db)
          .select('ordinal')
          .where('settled_at', 'is', null)
          .where('ordinal', '>', after)
          .orderBy('ordinal')
          .limit(limit)
          .execute();
        return { alerts: rows.map(toStoredAlert), last: rows.at(-1)?.ordinal ?? after };
      }),
  };
}

function distinct(alerts: readonly Alert[]): Delivery[] {
  const deliveries = new Map<string, Delivery>();
  for (const alert of alerts) {
    // Hashed because a sender's fingerprint may be longer than an index entry can be, or hold a NUL.
    const key = sha256(deliveryKey(alert));
    const known = deliveries.get(key);
    deliveries.set(
      key,
      known === undefined
        ? { key, alert: storableJson(alert), count: 1 }
        : { ...known, count: known.count + 1 },
    );
  }
  return [...deliveries.values()];
}

async function storeDeliveries(
  db: Kysely<StateTables>,
  parts: AlertParts,
  deliveries: readonly Delivery[],
): Promise<ReadonlySet<string>> {
  const rows = await upsertDeliveries(db, deliveries);
  const stored = new Set(rows.filter(({ inserted }) => inserted).map(({ key }) => key));
  const outlived = new Set(rows.filter((row) => row.outlived).map(({ key }) => key));
  if (outlived.size > 0) {
    const again = deliveries.filter(({ key }) => outlived.has(key));
    for (const key of await storeAnew(db, again)) stored.add(key);
  }
  if (stored.size > 0) parts.committed([INTAKE]);
  return stored;
}

/**
 * An alert that still fires when its incident has been closed for a while is news, not a repeat: the row of that
 * incident gives up its delivery key, so that the delivery is stored and settled anew.
 */
async function storeAnew(db: Kysely<StateTables>, deliveries: readonly Delivery[]): Promise<string[]> {
  return await db.transaction().execute(async (tx) => {
    const keys = deliveries.map(({ key }) => key);
    await sql`
      update firebreak.alert as outlived set delivery_key = outlived.delivery_key || '/' || outlived.id
      where outlived.delivery_key = any(${keys}) and ${isOutlived('outlived')}`.execute(tx);
    const rows = await upsertDeliveries(tx, deliveries);
    return rows.filter(({ inserted }) => inserted).map(({ key }) => key);
  });
}

/** Inserts what is new and counts what is not, in one statement and so in one round trip. */
async function upsertDeliveries(db: Kysely<StateTables>, deliveries: readonly Delivery[]) {
  const { rows } = await sql<{ key: string; inserted: boolean; outlived: boolean }>`
    insert into firebreak.alert as stored (id, delivery_key, alert, repeats)
    select 'ALERT-' || nextval('firebreak.alert_number'), new.key, new.alert::jsonb, new.count - 1
    from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as new (key text, alert text, count bigint)
    on conflict (delivery_key) do update
      set repeats = stored.repeats + excluded.repeats + 1, last_repeat_at = clock_timestamp()
    returning delivery_key as key, xmax = 0 as inserted, ${isOutlived('stored')} as outlived`.execute(db);
  return rows;
}

/** Whether the alert of this row fires, and its incident was closed a while ago. */
function isOutlived(row: 'stored' | 'outlived') {
  return sql<boolean>`(${sql.ref(`${row}.alert`)}->>'status' = 'firing' and exists (
    select from firebreak.incident as incident
    where incident.id = ${sql.ref(`${row}.incident_id`)} and incident.status = 'closed'
      and incident.updated_at < clock_timestamp() - make_interval(mins => ${AFTERMATH_MINUTES})))`;
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
