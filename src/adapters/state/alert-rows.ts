import { type Kysely, sql } from 'kysely';
import type { Delivery } from './alert-batches.ts';
import { AFTERMATH_MINUTES } from './held-alerts.ts';
import type { StateTables } from './tables.ts';

/** What became of a delivery. */
export interface UpsertedRow {
  readonly key: string;
  readonly id: string;
  /** When the first of its kind was received, ISO 8601. */
  readonly at: string;
  readonly inserted: boolean;
  /** Whether it fires although its incident was closed a while ago. */
  readonly outlived: boolean;
}

/** The statement that inserts what is new and counts what is not. */
export function upsertDeliveries(deliveries: readonly Delivery[]) {
  return sql<UpsertedRow>`
    insert into firebreak.alert as stored (id, delivery_key, alert, repeats)
    select 'ALERT-' || nextval('firebreak.alert_number'), new.key, new.alert::jsonb, new.count - 1
    from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as new (key text, alert text, count bigint)
    on conflict (delivery_key) do update
      set repeats = stored.repeats + excluded.repeats + 1, last_repeat_at = clock_timestamp()
    returning id, received_at as at, delivery_key as key, xmax = 0 as inserted, ${isOutlived('stored')} as outlived`;
}

/** Whether the alert of this row fires, and its incident was closed a while ago. */
function isOutlived(row: 'stored' | 'outlived') {
  return sql<boolean>`(${sql.ref(`${row}.alert`)}->>'status' = 'firing' and exists (
    select from firebreak.incident as incident
    where incident.id = ${sql.ref(`${row}.incident_id`)} and incident.status = 'closed'
      and incident.updated_at < clock_timestamp() - make_interval(mins => ${AFTERMATH_MINUTES})))`;
}

/**
 * An alert that still fires when its incident has been closed for a while is news, not a repeat: the row of that
 * incident gives up its delivery key, so that the delivery is stored and settled anew.
 */
export async function storeAnew(db: Kysely<StateTables>, deliveries: readonly Delivery[]): Promise<string[]> {
  return await db.transaction().execute(async (tx) => {
    const keys = deliveries.map(({ key }) => key);
    await sql`
      update firebreak.alert as outlived set delivery_key = outlived.delivery_key || '/' || outlived.id, held = false
      where outlived.delivery_key = any(${keys}) and ${isOutlived('outlived')}`.execute(tx);
    const { rows } = await upsertDeliveries(deliveries).execute(tx);
    return rows.filter(({ inserted }) => inserted).map(({ key }) => key);
  });
}
