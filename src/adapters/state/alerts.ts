import type { Kysely } from 'kysely';
import { Alert, deliveryKey } from '../../domain/alert.ts';
import { sha256 } from '../../domain/json.ts';
import { type Alerts, INTAKE, type Settlement, type StoredAlert } from '../../ports/state.ts';
import { createAlertBatches, type Delivery } from './alert-batches.ts';
import { guarded } from './failure.ts';
import { releaseDue, storeAgain } from './held-alerts.ts';
import { pastOf, readPast } from './past.ts';
import { storableJson } from './storable-json.ts';
import { type AlertParts, createStore } from './store-alerts.ts';
import type { StateTables } from './tables.ts';

/** Alerts as they came in, each delivery once. A row without a settlement is itself the work that is left to do. */
export function createAlerts(db: Kysely<StateTables>, parts: AlertParts): Alerts {
  const store = createAlertBatches(createStore(db, parts));
  return {
    store: async (alerts, openings) =>
      alerts.length === 0 ? { stored: 0, repeated: 0 } : store(distinct(alerts), openings ?? null),
    get: (id) =>
      guarded(async () => {
        const row = await selectAlerts(db).where('id', '=', id).executeTakeFirst();
        return row === undefined ? null : toStoredAlert(row);
      }),
    list: (limit, outcomes) =>
      guarded(async () => {
        const all = selectAlerts(db);
        const wanted = outcomes === undefined ? all : all.where('decision', 'in', outcomes);
        const rows = await wanted.orderBy('ordinal', 'desc').limit(limit).execute();
        return rows.map(toStoredAlert);
      }),
    past: (ids, minutes) => guarded(async () => pastOf(await readPast('id', ids, minutes).execute(db))),
    release: () => guarded(async () => releaseDue(db)),
    async replay(ids) {
      const again = await guarded(() => db.transaction().execute(async (tx) => storeAgain(tx, ids)));
      if (again.size > 0) parts.committed([INTAKE]);
      return again;
    },
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

function selectAlerts(db: Kysely<StateTables>) {
  return db
    .selectFrom('alert')
    .select([
      'id',
      'alert',
      'received_at',
      'repeats',
      'replay_of as replayOf',
      'decision',
      'reason',
      'incident_id as incidentId',
      'held_until as heldUntil',
      'held_by as heldBy',
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectAlerts>['executeTakeFirstOrThrow']>>;

function toStoredAlert({ alert, received_at, repeats, replayOf, ...settled }: Row): StoredAlert {
  const { id } = settled;
  return {
    id,
    alert: Alert.parse(alert),
    receivedAt: received_at,
    settlement: settlementOf(settled),
    repeats,
    replayOf,
  };
}

function settlementOf({
  id,
  decision,
  reason,
  incidentId,
  heldUntil,
  heldBy,
}: Pick<Row, 'id' | 'decision' | 'reason' | 'incidentId' | 'heldUntil' | 'heldBy'>): Settlement | null {
  if (decision === null) return null;
  const held = heldUntil === null && heldBy === null ? {} : { heldUntil, heldBy };
  return { alertId: id, decision, reason: reason ?? '', incidentId, ...held };
}
