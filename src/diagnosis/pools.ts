import { formatCount, formatDuration } from '../domain/format.ts';
import type { Pool, PoolDatabase, Pooler, PoolServer } from '../domain/pooler.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { DiagnosisFacts } from './facts.ts';

/** Momentary waiting is what a pool is for; from here on somebody notices. Seconds. */
const LONG_WAIT = 1;
/** A connection younger than this may be missing in the reading of PostgreSQL, which was made first; seconds. */
const SETTLED = 5;

/** One pool of one PgBouncer, with what belongs to it. */
export interface PoolView {
  readonly pooler: Pooler;
  readonly pool: Pool;
  readonly database: PoolDatabase | null;
  readonly servers: readonly PoolServer[];
  /** How many server connections it may open, or null when PgBouncer did not say. */
  readonly limit: number | null;
}

/** Every pool that leads to the server of the incident, the one with most waiting clients first. */
export function poolViews(poolers: readonly Pooler[]): PoolView[] {
  return poolers
    .flatMap((pooler) =>
      pooler.pools.map((pool): PoolView => {
        const database = pooler.databases.find(({ name }) => name === pool.database) ?? null;
        const servers = pooler.servers.filter(
          (server) => server.database === pool.database && server.user === pool.user,
        );
        return { pooler, pool, database, servers, limit: limitOf(database) };
      }),
    )
    .sort((a, b) => b.pool.clientsWaiting - a.pool.clientsWaiting);
}

function limitOf(database: PoolDatabase | null): number | null {
  if (database === null) return null;
  return Math.min(
    database.poolSize + database.reservePool,
    database.maxConnections ?? Number.POSITIVE_INFINITY,
  );
}

/** Clients have waited for a connection for longer than a busy pool lets them. */
export function waitsLong({ pool }: Pick<PoolView, 'pool'>): boolean {
  return pool.clientsWaiting > 0 && pool.maxWaitSeconds >= LONG_WAIT;
}

/** Server connections that exist and have logged in. */
export function serversOf({ pool }: Pick<PoolView, 'pool'>): number {
  return pool.serversActive + pool.serversIdle + pool.serversUsed + pool.serversTested;
}

/**
 * Server connections that are no sessions of the server that answers as the primary: PgBouncer says the pid that the
 * backend gave when it logged in, and the primary has no such client backend.
 */
export function strangers({ servers }: Pick<PoolView, 'servers'>, snapshot: Snapshot): PoolServer[] {
  if (snapshot.backends.length === 0) return [];
  return servers.filter(
    (server) =>
      server.remotePid !== null && (server.ageSeconds ?? 0) >= SETTLED && !isSessionOf(server, snapshot),
  );
}

/** Whether a server connection is a session there. Behind another proxy the ports never agree; then the role decides. */
export function isSessionOf(
  { remotePid, localPort, user }: PoolServer,
  { backends }: Pick<Snapshot, 'backends'>,
): boolean {
  const backend = backends.find(({ pid }) => pid === remotePid);
  return backend !== undefined && (backend.clientPort === localPort || backend.user === user);
}

/** A pool with server connections that lead elsewhere. */
export interface DeadPool {
  readonly view: PoolView;
  readonly dead: readonly PoolServer[];
}

/**
 * Pools most of whose server connections are no sessions of the primary. When they are found on a standby, a single one
 * is certain: whoever is given it is refused.
 */
export function deadPools({
  snapshot,
  poolers,
  replicaSnapshots,
}: Pick<DiagnosisFacts, 'snapshot' | 'poolers' | 'replicaSnapshots'>): DeadPool[] {
  return poolViews(poolers)
    .map((view) => ({ view, dead: strangers(view, snapshot) }))
    .filter(({ view, dead }) => {
      const settled = view.servers.filter(({ ageSeconds }) => (ageSeconds ?? 0) >= SETTLED).length;
      const found = dead.some((server) => replicaSnapshots.some((replica) => isSessionOf(server, replica)));
      return found || (dead.length > 0 && dead.length * 2 >= settled);
    });
}

/** `app of PgBouncer main`: what people call a pool. */
export function poolName({ pooler, pool }: Pick<PoolView, 'pooler' | 'pool'>): string {
  return `${pool.database} (role ${pool.user}) of PgBouncer ${pooler.name}`;
}

/** `5 of 5 connections in use, 20 clients waiting, the first for 12 s; paused`. */
export function describePool({ pool, limit, database }: PoolView): string {
  const waiting =
    pool.clientsWaiting === 0
      ? 'nobody waits'
      : `${formatCount(pool.clientsWaiting, 'client')} waiting, the first for ${formatDuration(pool.maxWaitSeconds)}`;
  const state = database?.paused ? '; paused' : database?.disabled ? '; disabled' : '';
  return `${pool.serversActive} of ${limit ?? 'an unknown number of'} connections in use, ${waiting}${state}`;
}
