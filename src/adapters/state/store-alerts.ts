import type { Kysely } from 'kysely';
import { Alert } from '../../domain/alert.ts';
import { errorCodeOf, isFirebreakError, isStateAway } from '../../domain/errors.ts';
import { INTAKE, type Openings, type Work } from '../../ports/state.ts';
import type { Delivery, WriteBatch } from './alert-batches.ts';
import { storeAnew, upsertDeliveries } from './alert-rows.ts';
import { guarded } from './failure.ts';
import { findFree } from './free-keys.ts';
import { Conflict } from './journal-append.ts';
import type { WriteJournal } from './journal-writer.ts';
import { readPast } from './past.ts';
import type { StateTables } from './tables.ts';

/** What the store of alerts needs besides its table. */
export interface AlertParts {
  /** Called after a commit that stored something, with the work to settle it. */
  readonly committed: (work: readonly Work[]) => void;
  readonly write: WriteJournal;
}

/** SQLSTATE of a lock that was not had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Stores a batch of deliveries, and opens incidents with them where it can. */
export function createStore(db: Kysely<StateTables>, parts: AlertParts): WriteBatch {
  return async (deliveries, openings) => {
    const opened = openings === null ? null : await storeAndOpen(parts.write, deliveries, openings);
    const { stored, unsettled } = opened ?? (await guarded(() => storeOnly(db, deliveries)));
    if (unsettled > 0) parts.committed([INTAKE]);
    return stored;
  };
}

interface Outcome {
  /** Keys of the deliveries that were new. */
  readonly stored: ReadonlySet<string>;
  /** How many of them are still to be settled. */
  readonly unsettled: number;
}

async function storeOnly(db: Kysely<StateTables>, deliveries: readonly Delivery[]): Promise<Outcome> {
  const rows = await upsertDeliveries(db, deliveries);
  const stored = new Set(rows.filter(({ inserted }) => inserted).map(({ key }) => key));
  const outlived = new Set(rows.filter((row) => row.outlived).map(({ key }) => key));
  const again = deliveries.filter(({ key }) => outlived.has(key));
  for (const key of again.length > 0 ? await storeAnew(db, again) : []) stored.add(key);
  return { stored, unsettled: stored.size };
}

/**
 * One transaction, and so one sync of the disk, from the alert to its incident. Null when it would open none, or somebody
 * else is about to write: then it is stored first and settled afterwards.
 */
async function storeAndOpen(
  write: WriteJournal,
  deliveries: readonly Delivery[],
  openings: Openings,
): Promise<Outcome | null> {
  const alerts = new Map(deliveries.map(({ key, alert }) => [key, Alert.parse(JSON.parse(alert))]));
  const wanted = [...alerts.values()].filter(({ status }) => status === 'firing').map(openings.keyOf);
  const keys = new Set(wanted.filter((key) => key !== null));
  if (keys.size === 0) return null;
  let settled = 0;
  const result = await write(async (tx, append) => {
    const ids = await findFree(tx, keys, openings.keyOf);
    if (ids.size === 0) throw new Conflict();
    const rows = await upsertDeliveries(tx, deliveries);
    if (rows.some(({ inserted }) => !inserted)) throw new Conflict();
    const stored = rows.flatMap(({ id, key, at }) => {
      const alert = alerts.get(key);
      if (alert === undefined) return [];
      return [{ id, alert, receivedAt: at, settlement: null, repeats: 0, replayOf: null }];
    });
    const past = await readPast(
      tx,
      stored.map(({ id }) => id),
      openings.pastMinutes,
    );
    const appends = openings.open(stored, ids, past);
    if (appends.length === 0) throw new Conflict();
    settled = appends.flatMap(({ options }) => options.settles ?? []).length;
    return await append(appends);
  }, openings.opened).catch(unlessAway);
  if (result?.status !== 'appended') return null;
  return { stored: new Set(alerts.keys()), unsettled: alerts.size - settled };
}

/** Whatever keeps an incident from being opened must not keep its alert out, unless the state itself is away. */
function unlessAway(error: unknown): null {
  const waitedTooLong = isFirebreakError(error) && errorCodeOf(error.cause) === LOCK_NOT_AVAILABLE;
  if (isStateAway(error) && !waitedTooLong) throw error;
  return null;
}
