import type { QueryResultRow } from 'pg';
import { z } from 'zod';
import { abortable } from '../../domain/abortable.ts';
import type { PoolerAccess } from '../../domain/access.ts';
import { FirebreakError, isFirebreakError } from '../../domain/errors.ts';
import type { Pooler } from '../../domain/pooler.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import type { Poolers } from '../../ports/poolers.ts';
import type { PoolerConfig, PoolersOptions } from './config.ts';
import { ConsoleSession, consoleOf } from './console-session.ts';
import { ConfigRow, DatabaseRow, PoolRow, SocketRow } from './rows.ts';
import { type Show, textOf } from './statement.ts';
import { toDatabase, toPool, toServers, toSettings, toWaiting } from './to-pooler.ts';

/** The PgBouncers with their standing console sessions. */
export interface StandingPoolers extends Poolers {
  /** Opens all sessions. A PgBouncer that is down is no error: it is tried again in the background. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What the user of a console may do. Throws as the port does. */
  access(database: string, pooler: string, signal: AbortSignal): Promise<PoolerAccess>;
  /** One entry per PgBouncer, for the board of every connection. */
  connections(): ConnectionHealth[];
}

interface Entry {
  readonly config: PoolerConfig;
  readonly session: ConsoleSession;
  readonly user: string;
  readonly address: string;
}

/** PgBouncer's own database, the console. */
const CONSOLE = 'pgbouncer';

/** The PgBouncers of the configuration, not yet connected. */
export function createPoolers(configs: readonly PoolerConfig[], options: PoolersOptions): StandingPoolers {
  const settings = { deadlineMs: 3_000, pingMs: 10_000, mostClients: 5_000, ...options };
  const entries = configs.map((config): Entry => {
    const { user, address } = consoleOf(config.url.reveal());
    const where = { database: config.database, pooler: config.name, user, address };
    return { config, user, address, session: new ConsoleSession(config.url, where, settings) };
  });
  const of = (database: string) => entries.filter(({ config }) => config.database === database);

  function find(database: string, name: string, signal?: AbortSignal): Entry {
    signal?.throwIfAborted();
    const found = of(database).find(({ config }) => config.name === name);
    if (found !== undefined) return found;
    throw new FirebreakError('pooler-error', `Database ${database} has no PgBouncer ${name}.`, {
      hint: `Use one of: ${
        of(database)
          .map(({ config }) => config.name)
          .join(', ') || 'none is configured'
      }.`,
    });
  }

  async function readPools(entry: Entry) {
    const inScope = scopeOf(entry.config);
    const databases = (await list(entry, 'DATABASES', DatabaseRow)).filter(({ name }) => inScope(name));
    const pools = (await list(entry, 'POOLS', PoolRow)).filter(({ database }) => inScope(database));
    return { name: entry.config.name, databases: databases.map(toDatabase), pools: pools.map(toPool) };
  }

  async function readAll(entry: Entry): Promise<Pooler> {
    const inScope = scopeOf(entry.config);
    const [version] = await list(entry, 'VERSION', z.object({ version: z.string() }));
    const state = await readState(entry, version?.version ?? '');
    const config = await list(entry, 'CONFIG', ConfigRow);
    const pools = await readPools(entry);
    const clientCount = pools.pools.reduce((sum, pool) => sum + pool.clientsActive + pool.clientsWaiting, 0);
    const listed = clientCount <= settings.mostClients;
    const clients = listed ? await list(entry, 'CLIENTS', SocketRow) : [];
    const servers = await list(entry, 'SERVERS', SocketRow);
    const scoped = ({ database }: SocketRow) => database !== null && inScope(database);
    const own = new Set(servers.filter(scoped).map(({ ptr }) => ptr));
    return {
      ...pools,
      version: version?.version ?? 'unknown',
      state,
      scoped: entry.config.pools !== null,
      // The console's own client is in the list of clients: it carries PgBouncer's present time.
      servers: toServers(servers, clients).filter((_, index) => own.has(servers[index]?.ptr ?? '')),
      waiting: toWaiting(clients.filter(scoped)),
      settings: toSettings(config),
      gaps: listed
        ? []
        : [
            `PgBouncer ${entry.config.name}: its ${clientCount} clients were not listed, so nobody is told apart behind it; application_name_add_host would do it.`,
          ],
    };
  }

  return {
    async access(database, pooler, signal) {
      return await abortable(readAccess(find(database, pooler, signal)), signal);
    },
    names: (database) => of(database).map(({ config }) => config.name),
    async read(database, pooler, signal) {
      return await abortable(readAll(find(database, pooler, signal)), signal);
    },
    async pools(database, pooler, signal) {
      return await abortable(readPools(find(database, pooler, signal)), signal);
    },
    // Once sent it is awaited: an abort must not leave unknown whether it was done.
    async reconnect(database, { pooler, pool }, signal) {
      await find(database, pooler, signal).session.ask({ say: 'RECONNECT', pool });
    },
    async resume(database, { pooler, pool }, signal) {
      try {
        await find(database, pooler, signal).session.ask({ say: 'RESUME', pool });
        return 'resumed';
      } catch (error) {
        if (isFirebreakError(error) && /is not paused/.test(error.message)) return 'was-not-paused';
        throw error;
      }
    },
    commandText: (command, pool) => textOf({ say: command, pool }),
    byHand(database, { pooler, pool }, command) {
      const { user, address } = find(database, pooler);
      const text = command === 'RECONNECT' || command === 'RESUME' ? textOf({ say: command, pool }) : command;
      return `psql ${address} -U ${user} -d ${CONSOLE} -c '${text}'`;
    },
    connections: () => entries.map(({ session }) => session.connection()),
    async start() {
      await Promise.all(entries.map(async ({ session }) => session.start()));
    },
    async stop() {
      await Promise.all(entries.map(async ({ session }) => session.stop()));
    },
  };
}

function scopeOf({ pools }: PoolerConfig): (name: string) => boolean {
  return (name) => name !== CONSOLE && (pools === null || pools.includes(name));
}

async function list<T>({ session }: Entry, show: Show, row: z.ZodType<T>): Promise<T[]> {
  const rows = await session.ask<QueryResultRow>({ show });
  return rows.map((one) => row.parse(one));
}

async function readAccess(entry: Entry): Promise<PoolerAccess> {
  const [version] = await list(entry, 'VERSION', z.object({ version: z.string() }));
  const config = await list(entry, 'CONFIG', ConfigRow);
  const admins = config.find(({ key }) => key === 'admin_users')?.value ?? null;
  return {
    version: version?.version ?? 'unknown',
    user: entry.user,
    adminUsers: admins?.split(/[\s,]+/).filter((name) => name !== '') ?? null,
  };
}

/** SHOW STATE exists since 1.19; before that nobody can ask whether the pooler as a whole is paused. */
async function readState(entry: Entry, version: string): Promise<Pooler['state']> {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 19) return null;
  const rows = await list(entry, 'STATE', z.object({ key: z.string(), value: z.string() }));
  const on = (key: string) => rows.some((row) => row.key === key && row.value === 'yes');
  return on('suspended') ? 'suspended' : on('paused') ? 'paused' : 'active';
}
