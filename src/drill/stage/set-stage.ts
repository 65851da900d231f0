import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { fromPodAddress } from '../pods/pod-socket.ts';
import type { Scenario } from '../scenario.ts';
import type { Shape } from '../shape.ts';
import { withSession } from '../victim/connection.ts';
import { replicaCatchesUp } from './catch-up.ts';
import { startCluster } from './cluster.ts';
import type { Ground } from './ground.ts';
import { type PgBouncer, startPgBouncer } from './pgbouncer.ts';
import { type Servers, startServers } from './servers.ts';
import { startServiceAddress } from './service-address.ts';
import { SQL_CLIENT, SqlProgram } from './sql-program.ts';
import type { Login, ServerName, Stage, WithProgram } from './stage.ts';

/** An address outside the network of the pods: no pod has it. */
const PERSON_ADDRESS = '127.77.3.9';
/** What the drill itself does must not become part of the incident. */
const ADMIN_TIMEOUT_MS = 20_000;
const LOOK_MS = 250;
const WITHIN_MS = 30_000;

/** A stage, and what its owner alone uses. */
export interface OwnedStage extends Stage, AsyncDisposable {
  readonly servers: Servers;
}

/** Sets up servers, cluster, PgBouncer and the shape's tables for one scenario. */
export async function setStage(options: {
  readonly scenario: Scenario;
  readonly shape: Shape;
  readonly ground: Ground;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}): Promise<OwnedStage> {
  const { scenario, shape, directory, signal } = options;
  const { names, size } = shape;
  await using parts = new AsyncDisposableStack();
  const servers = parts.use(await startServers(options));
  const password = randomBytes(18).toString('base64url');
  const serviceAddress =
    scenario.needs.serviceAddress === undefined
      ? undefined
      : parts.use(await startServiceAddress(servers.primary));
  const wantsBouncer = shape.throughPgBouncer || scenario.needs.pgbouncer !== undefined;
  const pgbouncer = wantsBouncer
    ? parts.use(
        await startPgBouncer({
          directory: join(directory, 'pgbouncer'),
          primary: serviceAddress ?? servers.primary,
          password,
          settings: typeof scenario.needs.pgbouncer === 'object' ? scenario.needs.pgbouncer : {},
        }),
      )
    : undefined;
  const cluster = parts.use(await startCluster([names.services, names.batches]));
  await createDatabase(servers, shape);
  await replicaCatchesUp(servers, signal);
  const admin = {
    primary: parts.use(await openAdmin(servers.primary.url({ database: names.database }))),
    replica:
      servers.replica === undefined
        ? undefined
        : parts.use(await openAdmin(servers.replica.url({ database: names.database }))),
  };
  await admin.primary.client.query(tables(shape));

  const roles = new Map<string, Promise<void>>();
  const createRole = async (name: string) => {
    await admin.primary.client.query(
      `create role ${pg.escapeIdentifier(name)} login password ${pg.escapeLiteral(password)}`,
    );
    await pgbouncer?.admit(name);
    await replicaCatchesUp(servers, signal);
  };
  const role: Stage['role'] = async (name, memberOf = []) => {
    const created = roles.get(name) ?? createRole(name);
    roles.set(name, created);
    await created;
    for (const group of memberOf) {
      await admin.primary.client.query(`grant ${pg.escapeIdentifier(group)} to ${pg.escapeIdentifier(name)}`);
    }
  };
  const url: Stage['url'] = (login) => urlOf(login, { servers, pgbouncer, shape, password });
  const program: Stage['program'] = async (given) => {
    const parsed = SqlProgram.parse(given);
    await role(parsed.role);
    return {
      command: [process.execPath, SQL_CLIENT],
      env: {
        PROGRAM: JSON.stringify(parsed).replaceAll('$(', '$$('),
        DATABASE_URL: url(parsed),
        ...(cluster.podAddresses ? { SOURCE_ADDRESS: '$(POD_IP)' } : {}),
      },
    };
  };
  const withCommand = async (given: WithProgram) => ({ ...given, program: await program(given.program) });
  const owned = parts.move();
  return {
    shape,
    signal,
    servers,
    primary: servers.primary,
    get replica() {
      if (servers.replica === undefined)
        throw new Error(`${scenario.id} does not say that it needs a replica.`);
      return servers.replica;
    },
    pgbouncer,
    get serviceAddress() {
      if (serviceAddress === undefined)
        throw new Error(`${scenario.id} does not say that it needs a service address.`);
      return serviceAddress;
    },
    cluster,
    cores: servers.cores,
    role,
    url,
    async sql(text: string, values: readonly unknown[] = [], server: ServerName = 'primary') {
      const session = admin[server];
      if (session === undefined) throw new Error(`${scenario.id} does not say that it needs a replica.`);
      const result: unknown = await session.client.query(text, [...values]);
      const last = Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : (result as pg.QueryResult);
      return last.rows;
    },
    async person(login) {
      await role(login.role);
      const client = await connectAs(login, url(login), cluster.podAddresses);
      owned.defer(async () => client.end().catch(() => undefined));
      return client;
    },
    program,
    cronJob: async (given) => cluster.cronJob({ ...given, ...(await withCommand(given)) }),
    job: async (given) => cluster.job(await withCommand(given)),
    deployment: async (given) => cluster.deployment(await withCommand(given)),
    async until(what, holds, withinMs = WITHIN_MS) {
      const deadline = Date.now() + withinMs;
      while (!(await holds())) {
        if (Date.now() > deadline)
          throw new Error(`It did not come about within ${withinMs / 1000} s: ${what}`);
        await delay(LOOK_MS, undefined, { signal });
      }
    },
    defer: (cleanUp) => owned.defer(async () => cleanUp()),
    say: options.say,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };

  function tables({ names: { busyTable, sideTable } }: Shape): string {
    const [busy, side] = [busyTable, sideTable].map((name) => pg.escapeIdentifier(name));
    return `alter default privileges grant select, insert, update, delete on tables to public;
      create table ${busy} (id bigint primary key, amount numeric not null, note text not null);
      insert into ${busy} select n, n % 97, md5(n::text) from generate_series(1, ${size.rows}) n;
      create table ${side} (id bigint primary key, note text not null);
      insert into ${side} select n, repeat(md5(n::text), 20) from generate_series(1, 4000) n;
      analyze ${busy}; analyze ${side}`;
  }
}

async function createDatabase({ primary }: Servers, { names }: Shape): Promise<void> {
  await withSession(primary.url(), (admin) =>
    admin.query(`create database ${pg.escapeIdentifier(names.database)}`),
  );
  await withSession(primary.url({ database: names.database }), (client) =>
    client.query('create extension pg_stat_statements'),
  );
}

/** A standing superuser session: the drill must be able to measure when every slot is taken. */
async function openAdmin(url: string): Promise<AsyncDisposable & { readonly client: pg.Client }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firebreak-drill',
    statement_timeout: ADMIN_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return { client, [Symbol.asyncDispose]: async () => client.end().catch(() => undefined) };
}

async function connectAs(login: Login, url: string, podAddresses: boolean): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: login.application,
    ...(login.options === undefined ? {} : { options: login.options }),
    ...fromPodAddress(podAddresses ? PERSON_ADDRESS : undefined),
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function urlOf(
  { role, server = 'primary', direct = false }: Pick<Login, 'role' | 'server' | 'direct'>,
  parts: {
    readonly servers: Servers;
    readonly pgbouncer: PgBouncer | undefined;
    readonly shape: Shape;
    readonly password: string;
  },
): string {
  const { servers, pgbouncer, shape, password } = parts;
  const { database } = shape.names;
  if (server === 'replica') {
    if (servers.replica === undefined) throw new Error('The scenario does not say that it needs a replica.');
    return servers.replica.url({ user: role, password, database });
  }
  const to = new URL(servers.primary.url({ user: role, password, database }));
  if (pgbouncer !== undefined && !direct) {
    to.hostname = pgbouncer.host;
    to.port = String(pgbouncer.port);
  }
  return to.toString();
}
