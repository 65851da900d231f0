import type { Cause } from '../../domain/cause.ts';
import { formatCount, formatDuration } from '../../domain/format.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import {
  type DeadPool,
  deadPools,
  isSessionOf,
  poolName,
  poolViews,
  serversOf,
  waitsLong,
} from '../pools.ts';
import { describeCpu, describeSlots, type Pressure } from '../pressure.ts';

/**
 * After a failover PgBouncer keeps connections to the former server, or opens none to the new one: clients wait or
 * write to the wrong place while the primary has free slots.
 */
export const rule: CauseRule = {
  kind: 'pgbouncer-dead-servers',
  detect(facts, pressure) {
    const dead = deadPools(facts);
    return dead.length > 0 ? elsewhere(facts, dead) : withoutServers(facts, pressure);
  },
};

function elsewhere(facts: DiagnosisFacts, dead: readonly DeadPool[]): Cause {
  const servers = dead.flatMap((one) => one.dead);
  const waiting = dead.reduce((sum, { view }) => sum + view.pool.clientsWaiting, 0);
  const longest = Math.max(...dead.map(({ view }) => view.pool.maxWaitSeconds));
  const onReplica = knownReplicas(facts, dead);
  const intended = onReplica.length > 0 && waiting === 0 && dead.every(({ view }) => !view.pooler.scoped);
  return {
    kind: 'pgbouncer-dead-servers',
    title: `PgBouncer holds connections to another server than the primary: ${dead.map(({ view }) => poolName(view)).join(', ')}`,
    confidence: intended ? 0.4 : waiting > 0 ? 0.95 : 0.8,
    evidence: [
      ...dead.map(
        ({ view, dead: gone }) =>
          `${poolName(view)}: ${gone.length} of ${formatCount(view.servers.length, 'server connection')} ${gone.length === 1 ? 'is no session' : 'are no sessions'} of the primary (SHOW SERVERS.remote_pid against pg_stat_activity), the oldest opened ${formatDuration(Math.max(...gone.map(({ ageSeconds }) => ageSeconds ?? 0)))} ago.`,
      ),
      ...onReplica,
      `${formatCount(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'}${waiting > 0 ? `, the first for ${formatDuration(longest)}` : ''}; ${servers.filter(({ state }) => state === 'active').length} of these connections are in use.`,
      `The primary, started ${facts.snapshot.startedAt}: ${describeSlots(facts)}; CPU: ${describeCpu(facts)}.`,
    ],
    rootSessions: [],
    culprit: null,
    settles: intended
      ? [
          'Whether this pool leads to a replica on purpose: then name the databases that lead to the primary under pgbouncer.pools in the configuration.',
        ]
      : [],
    helps: [
      'RECONNECT these databases of PgBouncer: free connections are closed at once, those in use when their clients let go.',
      'See that the host of SHOW DATABASES leads to the new primary, or they come back.',
      'Clients that hang on a connection to a server that is gone have to time out or be restarted; RECONNECT does not cut them.',
    ],
    wontHelp: [
      'Killing sessions on the primary: none of the waiting clients has one there.',
      'Raising max_connections or the pool: the primary has free slots.',
      'KILL in the console: it drops every client, leaves the database paused, and the queries run on.',
    ],
  };
}

/** Which known standby has them, in words. */
function knownReplicas({ replicaSnapshots }: DiagnosisFacts, dead: readonly DeadPool[]): string[] {
  return replicaSnapshots.flatMap(({ server, inRecovery, backends }) => {
    const found = dead
      .flatMap((one) => one.dead)
      .filter((connection) => isSessionOf(connection, { backends })).length;
    const role = inRecovery ? 'is in recovery and refuses writes' : 'takes writes of its own';
    return found === 0 ? [] : [`${found} of them are sessions of ${server}, which ${role}.`];
  });
}

/** Clients wait, there is no connection at all, and PostgreSQL would have room. */
function withoutServers(facts: DiagnosisFacts, pressure: Pressure): Cause | null {
  const [view] = poolViews(facts.poolers).filter(
    (one) =>
      waitsLong(one) &&
      serversOf(one) === 0 &&
      one.database?.paused !== true &&
      one.pooler.state !== 'paused',
  );
  if (view === undefined || pressure.slotsTight) return null;
  const { pool, pooler, database } = view;
  const retry = formatDuration(pooler.settings.serverLoginRetrySeconds);
  return {
    kind: 'pgbouncer-dead-servers',
    title: `PgBouncer opens no connection to the server: ${poolName(view)}`,
    confidence: pooler.state === null ? 0.6 : 0.75,
    evidence: [
      `${formatCount(pool.clientsWaiting, 'client')} ${pool.clientsWaiting === 1 ? 'waits' : 'wait'}, the first for ${formatDuration(pool.maxWaitSeconds)}, and the pool has no server connection (${pool.serversLogin} logging in).`,
      `It leads to ${database?.host ?? 'a local socket'}:${database?.port ?? 'unknown'}; after a failed login PgBouncer waits ${retry} before it tries again (server_login_retry).`,
      `PostgreSQL as Firebreak reaches it: ${describeSlots(facts)}; CPU: ${describeCpu(facts)}.`,
    ],
    rootSessions: [],
    culprit: null,
    settles: [
      'The log of PgBouncer: "connect failed" is the wrong address or the network, "server login failed" names what PostgreSQL says.',
      ...(pooler.state === null
        ? ['Whether the whole pooler was paused: before version 1.19 no SHOW tells it; its log does.']
        : []),
    ],
    helps: [
      `If the server has just come back, wait ${retry}: PgBouncer tries again by itself.`,
      'Otherwise correct the host in pgbouncer.ini, DNS or the network, and RELOAD.',
    ],
    wontHelp: [
      'Killing sessions or raising max_connections: PostgreSQL has free slots.',
      'RECONNECT: there is no connection to close.',
    ],
  };
}
