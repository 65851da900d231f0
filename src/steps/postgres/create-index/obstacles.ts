import { formatDuration } from '../../../domain/format.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { IndexSite } from '../../../ports/remedies.ts';

/** Why a build in this database would wait for a transaction that is older than itself, or null. */
export function longTransaction(
  { sessions, prepared }: Pick<Snapshot, 'sessions' | 'prepared'>,
  { database }: Pick<IndexSite, 'database'>,
  seconds: number,
): string | null {
  const [waiting] = prepared.filter((one) => one.database === database && one.seconds > seconds);
  if (waiting !== undefined)
    return `Prepared transaction ${waiting.gid} is open for ${formatDuration(waiting.seconds)}; a build waits until it is committed or rolled back.`;
  const [oldest] = sessions
    .filter((session) => session.database === database && (session.transactionSeconds ?? 0) > seconds)
    .sort((a, b) => (b.transactionSeconds ?? 0) - (a.transactionSeconds ?? 0));
  if (oldest === undefined) return null;
  return `pid ${oldest.pid} (${oldest.user ?? 'no role'}, ${oldest.applicationName || 'no application name'}) has a transaction open for ${formatDuration(oldest.transactionSeconds ?? 0)}; a build would wait until it ends, and keep dead rows from being removed meanwhile.`;
}

/** Why this index is not built on this table now, or null. */
export function siteObstacle(site: IndexSite, columns: readonly string[]): string | null {
  if (!site.ordinary)
    return 'It is partitioned: PostgreSQL builds no index concurrently there. Build it on each partition, then on the table.';
  const missing = columns.find((column) => !site.columns.some(({ name }) => name === column));
  if (missing !== undefined) return `It has no column ${missing}.`;
  const same = equivalent(site, columns);
  if (same !== undefined) return `Index ${same.name} begins with these columns already.`;
  const [running] = site.building;
  return running === undefined
    ? null
    : `Another index is built on it now (pid ${running.pid}, ${running.phase}).`;
}

/** A valid index that serves whoever looks for these columns. */
function equivalent({ indexes }: Pick<IndexSite, 'indexes'>, columns: readonly string[]) {
  return indexes.find(
    (index) =>
      index.valid && !index.partial && columns.every((column, place) => index.columns[place] === column),
  );
}
