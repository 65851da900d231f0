import type { Kysely } from 'kysely';
import { Alert } from '../../domain/alert.ts';
import { errorCodeOf, isFirebreakError, isStateAway } from '../../domain/errors.ts';
import { INTAKE, type Openings, type StoredAlert, type Work } from '../../ports/state.ts';
import type { Delivery, WriteBatch } from './alert-batches.ts';
import { storeAnew, type UpsertedRow, upsertDeliveries } from './alert-rows.ts';
import { guarded } from './failure.ts';
import { findFree, freeIds, isAnyFree } from './free-keys.ts';
import { endQueries, journalEnd } from './journal-end.ts';
import type { WriteJournal } from './journal-writer.ts';
import { pastOf, readPast } from './past.ts';
import type { StateTables } from './tables.ts';
import { together } from './together.ts';

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
    const { rows, settled } = opened ?? { rows: await guarded(() => storeOnly(db, deliveries)), settled: 0 };
    const stored = new Set(rows.filter(({ inserted }) => inserted).map(({ key }) => key));
    for (const key of await guarded(() => storeOutlived(db, deliveries, rows))) stored.add(key);
    if (stored.size > settled) parts.committed([INTAKE]);
    return stored;
  };
}

interface Outcome {
  readonly rows: readonly UpsertedRow[];
  /** How many alerts are settled already. */
  readonly settled: number;
}

async function storeOnly(db: Kysely<StateTables>, deliveries: readonly Delivery[]): Promise<UpsertedRow[]> {
  const { rows } = await upsertDeliveries(deliveries).execute(db);
  return rows;
}

async function storeOutlived(
  db: Kysely<StateTables>,
  deliveries: readonly Delivery[],
  rows: readonly UpsertedRow[],
): Promise<string[]> {
  const outlived = new Set(rows.filter((row) => row.outlived).map(({ key }) => key));
  const again = deliveries.filter(({ key }) => outlived.has(key));
  return again.length > 0 ? await storeAnew(db, again) : [];
}

/**
 * One transaction, and so one sync of the disk, from the alert to its incident, and as few ways to the database and back
 * as can be. Where nothing can be opened now, it stores the alerts, and they are settled afterwards. Null when somebody
 * else writes: then nothing is stored.
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
  let outcome: Outcome = { rows: [], settled: 0 };
  const result = await write(async (tx, append) => {
    const [free, stored, head, ends, past] = await together(tx, [
      findFree(tx, keys),
      upsertDeliveries(deliveries).compile(tx),
      ...endQueries(tx, [], isAnyFree(keys)),
      readPast('delivery_key', [...alerts.keys()], openings.pastMinutes).compile(tx),
    ]);
    const { rows } = stored;
    outcome = { rows, settled: 0 };
    const ids = freeIds(free, openings.keyOf);
    if (ids.size === 0 || head.rows.length === 0 || rows.some(({ inserted }) => !inserted)) return [];
    const appends = openings.open(storedAlerts(rows, alerts), ids, pastOf(past));
    if (appends.length === 0) return [];
    outcome = { rows, settled: appends.flatMap(({ options }) => options.settles ?? []).length };
    return await append(appends, journalEnd([head, ends]));
  }, openings.opened).catch(unlessAway);
  return result?.status === 'appended' ? outcome : null;
}

function storedAlerts(rows: readonly UpsertedRow[], alerts: ReadonlyMap<string, Alert>): StoredAlert[] {
  return rows.flatMap(({ id, key, at }) => {
    const alert = alerts.get(key);
    return alert === undefined
      ? []
      : [{ id, alert, receivedAt: at, settlement: null, repeats: 0, replayOf: null }];
  });
}

/** Whatever keeps an incident from being opened must not keep its alert out, unless the state itself is away. */
function unlessAway(error: unknown): null {
  const waitedTooLong = isFirebreakError(error) && errorCodeOf(error.cause) === LOCK_NOT_AVAILABLE;
  if (isStateAway(error) && !waitedTooLong) throw error;
  return null;
}
