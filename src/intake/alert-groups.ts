import type { MonitoredDatabase } from '../ports/databases.ts';
import type { StoredAlert } from '../ports/state.ts';
import { targetOf } from './alert-target.ts';
import type { DecideOptions } from './settle-options.ts';

/** Alerts of one database in the order of their times; of none when the database is null. */
export interface AlertGroup {
  readonly database: MonitoredDatabase | null;
  readonly alerts: readonly StoredAlert[];
}

/** The alerts by the database that they are about, each group in the order of their times; null for those that are about none. */
export function byDatabase(
  alerts: readonly StoredAlert[],
  { policy, databases }: Pick<DecideOptions, 'policy' | 'databases'>,
): AlertGroup[] {
  const groups = Map.groupBy(alerts, ({ alert }) => {
    const { database } = targetOf(alert, policy.routes, databases);
    return typeof database === 'string' ? null : database;
  });
  return [...groups].map(([database, ofDatabase]) => ({
    database,
    alerts: ofDatabase.toSorted((a, b) => timeOf(a) - timeOf(b) || Number(isOver(a)) - Number(isOver(b))),
  }));
}

/** When it began to fire, or ended. */
function timeOf({ alert }: StoredAlert): number {
  const ended = alert.status === 'resolved' && alert.endsAt !== null ? Date.parse(alert.endsAt) : Number.NaN;
  return Number.isNaN(ended) ? Date.parse(alert.startsAt) : ended;
}

function isOver({ alert }: StoredAlert): boolean {
  return alert.status === 'resolved';
}
