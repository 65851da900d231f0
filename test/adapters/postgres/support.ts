import { join } from 'node:path';
import pg from 'pg';
import type { PostgresServer, StartPostgresOptions } from '../../../src/adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import type { DatabaseConfig, DatabasesOptions } from '../../../src/adapters/postgres/config.ts';
import { createDatabases } from '../../../src/adapters/postgres/databases.ts';
import type { Session } from '../../../src/domain/snapshot.ts';
import { eventually, query, temporaryDirectory } from '../embedded-postgres/support.ts';

export const signal = new AbortController().signal;

export const guard = {
  protectedRoles: ['payments'],
  protectedApplications: '^backup',
  protectedAddresses: [],
  minimumAgeSeconds: 0,
};

export const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A PostgreSQL with the database `appdb`, and the roles `bot` (monitors and signals), `app`, `payments` and `nobody_special`. */
export async function startAppServer(
  settings: Record<string, string | number> = {},
  version: Pick<StartPostgresOptions, 'package'> = {},
) {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(temporaryDirectory());
  const options = {
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all all 127.0.0.0/8 trust'],
    settings: { max_connections: 20, ...settings },
    ...version,
  };
  let server: PostgresServer = stack.use(await startPostgres(options));
  await query(
    server.url(),
    `create role bot login; grant pg_monitor, pg_signal_backend to bot;
     create role app login; create role payments login; create role nobody_special login`,
  );
  await query(server.url(), 'create database appdb owner app');
  return {
    directory: directory.path,
    server: () => server,
    url: (user: string, database = 'appdb') => server.url({ user, database, password: 'unused' }),
    /** Stops the server and starts it on the same port. */
    async restart(whileDown: () => Promise<void>) {
      const { port } = server;
      await server.stop();
      await whileDown();
      server = stack.use(await startPostgres({ ...options, listen: { host: '127.0.0.1', port } }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
export type AppServer = Awaited<ReturnType<typeof startAppServer>>;

/** The adapter for one database `shop`, started; stops when disposed. */
export async function startDatabases(
  config: Pick<DatabaseConfig, 'url'> & Partial<DatabaseConfig>,
  options: Partial<DatabasesOptions> = {},
) {
  const databases = createDatabases(
    [{ name: 'shop', service: 'checkout', cores: 2, replicas: [], ...config }],
    {
      logger: silent,
      guard,
      snapshotIntervalMs: 0,
      ...options,
    },
  );
  await databases.start();
  return Object.assign(databases, { [Symbol.asyncDispose]: () => databases.stop() });
}

export function secret(text: string) {
  return { reveal: () => text };
}

/** A client whose lost connection is no failure of the test; ends when disposed. */
export async function connect(url: string, applicationName = 'test') {
  const client = new pg.Client({ connectionString: url, application_name: applicationName });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => {}) });
}

/** Starts a statement and leaves it running; its end is reported as text. */
export function run(client: pg.Client, sql: string): Promise<string> {
  return client.query(sql).then(
    () => 'completed',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
}

type Running = Awaited<ReturnType<typeof startDatabases>>;

/** The session of an application once the snapshot shows it and `condition` holds. */
export async function sessionOf(
  databases: Running,
  applicationName: string,
  condition: (session: Session) => boolean = () => true,
  server = 'primary',
): Promise<Session> {
  let found: Session | undefined;
  await eventually(`a session of ${applicationName}`, async () => {
    const snapshot = await databases.snapshot('shop', server, signal);
    found = snapshot.sessions.find((one) => one.applicationName === applicationName && condition(one));
    return found !== undefined;
  });
  if (found === undefined) throw new Error('unreachable');
  return found;
}
