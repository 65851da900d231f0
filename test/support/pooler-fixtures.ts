import type { Pool, PoolDatabase, Pooler, PoolServer } from '../../src/domain/pooler.ts';

export function poolDatabase(parts: Partial<PoolDatabase> = {}): PoolDatabase {
  return {
    name: 'shop',
    host: '10.0.1.1',
    port: 5432,
    poolSize: 5,
    reservePool: 0,
    maxConnections: null,
    paused: false,
    disabled: false,
    ...parts,
  };
}

/** A pool of five connections at rest. */
export function pool(parts: Partial<Pool> = {}): Pool {
  return {
    database: 'shop',
    user: 'app',
    clientsActive: 10,
    clientsWaiting: 0,
    maxWaitSeconds: 0,
    serversActive: 0,
    serversIdle: 5,
    serversUsed: 0,
    serversTested: 0,
    serversLogin: 0,
    mode: 'transaction',
    ...parts,
  };
}

/** A connection in use for two minutes, for a client of its own pod. */
export function poolServer(pid: number, parts: Partial<PoolServer> = {}): PoolServer {
  return {
    database: 'shop',
    user: 'app',
    state: 'active',
    address: '10.0.1.1',
    localPort: 40_000 + pid,
    remotePid: pid,
    ageSeconds: 300,
    requestSeconds: 120,
    closing: false,
    client: { address: '10.0.3.5', port: 50_000 + pid, applicationName: 'checkout-api' },
    ...parts,
  };
}

export function pooler(parts: Partial<Pooler> = {}): Pooler {
  return {
    name: 'main',
    version: 'PgBouncer 1.18.0',
    state: null,
    scoped: false,
    databases: [poolDatabase()],
    pools: [pool()],
    servers: [],
    waiting: [],
    settings: {
      serverLoginRetrySeconds: 15,
      queryWaitTimeoutSeconds: 120,
      maxClientConnections: 1000,
      addsHost: false,
      idleTransactionTimeoutSeconds: 0,
      preparedStatements: null,
    },
    gaps: [],
    ...parts,
  };
}
