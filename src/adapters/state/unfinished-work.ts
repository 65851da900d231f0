import type { Kysely } from 'kysely';
import type { Work } from '../../ports/state.ts';
import type { StateTables } from './tables.ts';

/** Enough for a start; whatever is beyond comes by its queued item. */
const LIMIT = 200;

/** Alerts without a settlement, and open incidents. */
export async function unfinishedWork(db: Kysely<StateTables>): Promise<Work[]> {
  const alerts = await db
    .selectFrom('alert')
    .select('id')
    .where('settled_at', 'is', null)
    .orderBy('ordinal')
    .limit(LIMIT)
    .execute();
  const incidents = await db
    .selectFrom('incident')
    .select('id')
    .where('status', '=', 'open')
    .orderBy('ordinal')
    .limit(LIMIT)
    .execute();
  return [
    ...alerts.map(({ id }): Work => ({ kind: 'intake', key: id })),
    ...incidents.flatMap(({ id }): Work[] => [
      { kind: 'advance', key: id },
      { kind: 'render', key: id },
    ]),
  ];
}
