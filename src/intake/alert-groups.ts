import type { MonitoredDatabase } from '../ports/databases.ts';
import type { StoredAlert } from '../ports/state.ts';
import { databaseOf } from './alert-target.ts';

/** Alerts of one database in the order of their times; of none when the database is null. */
export interface AlertGroup {
  readonly database: MonitoredDatabase | null;
  readonly alerts: readonly StoredAlert[];
}

/** The alerts by the database that they are about, each group in the order of their times; null for those that are about none. */
export function byDatabase(
  alerts: readonly StoredAlert[],
  databases: readonly MonitoredDatabase[],
): AlertGroup[] {
  const groups = Map.groupBy(alerts, ({ alert }) => {
    const found = databaseOf(alert, databases);
    return typeof found === 'string' ? null : found;
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
