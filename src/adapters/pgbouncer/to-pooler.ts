import type { Pool, PoolDatabase, Pooler, PoolServer } from '../../domain/pooler.ts';
import type { ConfigRow, DatabaseRow, PoolRow, SocketRow } from './rows.ts';

export function toDatabase(row: ReturnType<typeof DatabaseRow.parse>): PoolDatabase {
  return {
    name: row.name,
    host: row.host ?? null,
    port: row.port ?? null,
    poolSize: row.pool_size,
    reservePool: row.reserve_pool ?? row.reserve_pool_size ?? 0,
    maxConnections: row.max_connections === 0 ? null : row.max_connections,
    paused: row.paused === 1,
    disabled: row.disabled === 1,
  };
}

export function toPool(row: PoolRow): Pool {
  return {
    database: row.database,
    user: row.user,
    clientsActive: row.cl_active,
    clientsWaiting: row.cl_waiting,
    maxWaitSeconds: row.maxwait + (row.maxwait_us ?? 0) / 1e6,
    serversActive: row.sv_active,
    serversIdle: row.sv_idle,
    serversUsed: row.sv_used,
    serversTested: row.sv_tested,
    serversLogin: row.sv_login,
    mode: row.pool_mode,
  };
}

/**
 * Server connections with the clients that they are linked to. The two lists are read one after the other; a link
 * counts only if both sides name each other, so that it held at both moments.
 */
export function toServers(servers: readonly SocketRow[], clients: readonly SocketRow[]): PoolServer[] {
  const byPointer = new Map(clients.map((client) => [client.ptr, client]));
  const now = latest([...servers, ...clients]);
  return servers.map((server) => {
    const client = byPointer.get(server.link);
    const linked = client !== undefined && client.link === server.ptr;
    return {
      database: server.database ?? '',
      user: server.user ?? '',
      state: server.state,
      address: server.addr ?? null,
      localPort: server.local_port ?? null,
      remotePid: server.remote_pid === 0 ? null : (server.remote_pid ?? null),
      ageSeconds: secondsBetween(server.connect_time, now),
      requestSeconds: secondsBetween(server.request_time, now),
      closing: server.close_needed === 1,
      client: linked
        ? {
            address: client.addr ?? 'unix',
            port: client.port ?? 0,
            applicationName: client.application_name ?? '',
          }
        : null,
    };
  });
}

/** Waiting clients counted by pool and address. */
export function toWaiting(clients: readonly SocketRow[]): Pooler['waiting'] {
  const waiting = clients.filter(({ state }) => state === 'waiting');
  const groups = Map.groupBy(waiting, ({ database, user, addr }) => JSON.stringify([database, user, addr]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined
      ? []
      : [
          {
            database: first.database ?? '',
            user: first.user ?? '',
            address: first.addr ?? 'unix',
            clients: members.length,
          },
        ];
  });
}

export function toSettings(rows: readonly ReturnType<typeof ConfigRow.parse>[]): Pooler['settings'] {
  const values = new Map(rows.map(({ key, value }) => [key, value]));
  const number = (key: string, fallback: number) => {
    const value = Number.parseFloat(values.get(key) ?? '');
    return Number.isNaN(value) ? fallback : value;
  };
  return {
    serverLoginRetrySeconds: number('server_login_retry', 15),
    queryWaitTimeoutSeconds: number('query_wait_timeout', 120),
    maxClientConnections: number('max_client_conn', 100),
    addsHost: values.get('application_name_add_host') === '1',
    idleTransactionTimeoutSeconds: values.has('idle_transaction_timeout')
      ? number('idle_transaction_timeout', 0)
      : null,
    preparedStatements: values.has('max_prepared_statements') ? number('max_prepared_statements', 0) : null,
  };
}

/**
 * PgBouncer's now, on its own clock and in its own time zone: the console's request that made this list is the latest
 * in it. Differences of such texts need neither a time zone nor clocks that agree.
 */
function latest(rows: readonly SocketRow[]): number {
  return Math.max(
    ...rows.flatMap(({ connect_time, request_time }) => [wallClock(connect_time), wallClock(request_time)]),
  );
}

function secondsBetween(text: string, now: number): number | null {
  const at = wallClock(text);
  return Number.isNaN(at) || Number.isNaN(now) ? null : Math.max(0, (now - at) / 1000);
}

/** `2026-11-23 22:34:31 CET` as milliseconds, the name of the zone put aside. */
function wallClock(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}
