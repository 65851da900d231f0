import { type Kysely, sql, type Transaction } from 'kysely';
import type { StateTables } from './tables.ts';

/** Minutes after an incident is closed in which its alerts may still be repeated by a monitoring that lags behind. */
export const AFTERMATH_MINUTES = 5;
/** How many one look takes up. */
const MOST_AT_ONCE = 500;
/** Characters of a delivery key; a row whose alert was taken up again has a longer one. */
const KEY_LENGTH = 64;

/** What is held back and due: its silence or its time of trial is over, or the incident whose symptom it is. */
const due = sql<boolean>`(held_until <= clock_timestamp() or (decision = 'inhibited' and exists (
  select from firebreak.incident as incident
  where incident.id = alert.incident_id and incident.status = 'closed'
    and incident.updated_at < clock_timestamp() - make_interval(mins => ${AFTERMATH_MINUTES}))))`;

/** Whether the alert of this row ended since. */
const ended = sql<boolean>`exists (
  select from firebreak.alert as later
  where ${sameAlert('later', 'alert')} and later.alert->>'status' = 'resolved'
    and (later.ordinal > alert.ordinal or later.alert->>'startsAt' = alert.alert->>'startsAt'))`;

/** Whether two rows are about the same alert; as the index has it. */
export function sameAlert(one: string, other: string) {
  const identity = (row: string) =>
    sql`hashtextextended((${sql.ref(`${row}.alert`)}->>'source') || ':' || (${sql.ref(`${row}.alert`)}->>'fingerprint'), 0)`;
  return sql<boolean>`${identity(one)} = ${identity(other)}`;
}

/** Whether something that is held back is due. */
export async function isAnythingDue(db: Kysely<StateTables>): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select exists (select from firebreak.alert as alert where held and ${due}) as due`.execute(db);
  return rows[0]?.due === true;
}

/** Takes up what is due and still fires, to be settled anew; what has ended meanwhile is let go. */
export async function releaseDue(db: Kysely<StateTables>): Promise<void> {
  if (!(await isAnythingDue(db))) return;
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string; ended: boolean }>`
      select id, ${ended} as ended from firebreak.alert as alert where held and ${due}
      order by ordinal limit ${MOST_AT_ONCE} for update skip locked`.execute(tx);
    await letGo(
      tx,
      rows.map(({ id }) => id),
    );
    await storeAgain(
      tx,
      rows.flatMap((row) => (row.ended ? [] : [row.id])),
    );
  });
}

async function letGo(tx: Transaction<StateTables>, ids: readonly string[]): Promise<void> {
  await sql`update firebreak.alert set held = false where id = any(${ids})`.execute(tx);
}

/**
 * Stores settled alerts anew as they came in: the new row has the delivery key, so that repeats are repeats of it. One
 * that was taken up already is left alone. Answers the new ids by the old ones.
 */
export async function storeAgain(
  tx: Transaction<StateTables>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows: taken } = await sql<{ id: string; key: string }>`
    update firebreak.alert set delivery_key = delivery_key || '/' || id, held = false
    where id = any(${ids}) and settled_at is not null and length(delivery_key) = ${KEY_LENGTH}
    returning id, left(delivery_key, ${KEY_LENGTH}) as key`.execute(tx);
  const { rows } = await sql<{ id: string; old: string }>`
    insert into firebreak.alert (id, delivery_key, alert, replay_of)
    select 'ALERT-' || nextval('firebreak.alert_number'), taken.key, stored.alert, stored.id
    from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as taken (id text, key text)
      join firebreak.alert as stored using (id)
    order by stored.ordinal
    returning id, replay_of as old`.execute(tx);
  return new Map(rows.map(({ id, old }) => [old, id]));
}
