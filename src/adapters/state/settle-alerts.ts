import { type CompiledQuery, type Kysely, type QueryResult, sql } from 'kysely';
import { FirebreakError } from '../../domain/errors.ts';
import type { Settlement } from '../../ports/state.ts';
import { Conflict } from './conflict.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

/**
 * The statement that settles alerts; none when there is nothing to settle. A silence that was ended meanwhile holds nothing
 * back: whoever ends one waits for the head of the journal too.
 */
export function settleAlerts(
  tx: Kysely<StateTables>,
  settlements: readonly Settlement[],
): CompiledQuery<unknown>[] {
  if (settlements.length === 0) return [];
  const settle = sql`
    update firebreak.alert as alert
    set decision = new.decision, reason = new.reason, incident_id = new."incidentId", settled_at = clock_timestamp(),
      held = new.decision in ('silenced', 'flapping', 'inhibited'), held_by = new."heldBy",
      held_until = least(new."heldUntil", (select ends_at from firebreak.silence where id = new."heldBy"))
    from jsonb_to_recordset(${storableJson(settlements)}::jsonb)
      as new ("alertId" text, decision text, reason text, "incidentId" text, "heldBy" text, "heldUntil" timestamptz)
    where alert.id = new."alertId" and alert.settled_at is null`;
  return [settle.compile(tx)];
}

/** An alert is settled once; a second settlement means that somebody else decided first. Throws to roll back. */
export async function refuseUnsettled(
  tx: Kysely<StateTables>,
  settlements: readonly Settlement[],
  result: QueryResult<unknown> | undefined,
): Promise<void> {
  if (settlements.length === 0 || result?.numAffectedRows === BigInt(settlements.length)) return;
  const ids = settlements.map(({ alertId }) => alertId);
  const known = await tx.selectFrom('alert').select('id').where('id', 'in', ids).execute();
  const unknown = ids.find((id) => !known.some((row) => row.id === id));
  if (unknown === undefined) throw new Conflict();
  throw new FirebreakError('internal', `There is no stored alert ${unknown} to settle.`, {
    hint: 'Report this: a settlement must name a stored alert.',
  });
}
