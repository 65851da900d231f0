import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { unprivilegedAccount } from '../../src/adapters/embedded-postgres/account.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';

/** PgBouncer's databases: name and where it leads. */
export type Leads = Readonly<
  Record<string, { port: number; database: string; poolSize?: number; mode?: string }>
>;

/** A real PgBouncer of this machine with the admin `bot`, the onlooker `watcher` and the roles of the application. */
export async function startPgBouncer(
  leads: Leads,
  settings: Readonly<Record<string, string | number>> = {},
  usersSection: readonly string[] = [],
) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(mkdtempSync(join(tmpdir(), 'fb-pgbouncer-')), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  const log = join(directory, 'pgbouncer.log');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(directory, 'users.txt'),
    admin_users: 'bot',
    stats_users: 'watcher',
    pool_mode: 'transaction',
    default_pool_size: 5,
    logfile: log,
    ...settings,
  };
  const databases = Object.entries(leads).map(
    ([name, to]) =>
      `${name} = host=127.0.0.1 port=${to.port} dbname=${to.database}${to.poolSize === undefined ? '' : ` pool_size=${to.poolSize}`}${to.mode === undefined ? '' : ` pool_mode=${to.mode}`}`,
  );
  const lines = Object.entries(all).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(
    file,
    ['[databases]', ...databases, '[users]', ...usersSection, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const users = ['bot', 'watcher', 'app', 'payments', 'cart_api', 'checkout_api', 'report_generator'];
  writeFileSync(join(directory, 'users.txt'), users.map((user) => `"${user}" ""\n`).join(''));
  writeFileSync(log, '');
  const account = unprivilegedAccount();
  if (account !== undefined) {
    for (const path of [directory, file, log, join(directory, 'users.txt')])
      chownSync(path, account.uid, account.gid);
  }
  chmodSync(directory, 0o755);
  const child: ChildProcess = spawn('pgbouncer', ['-q', file], {
    stdio: 'ignore',
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  stack.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const url = (user: string, database: string) => `postgresql://${user}@127.0.0.1:${port}/${database}`;
  /** A client of the pooler that comes from this address; ends with it. */
  const clients = new Set<pg.Client>();
  const client = async (
    user: string,
    database: string,
    from: { application?: string; address?: string } = {},
  ) => {
    const socket = new Socket();
    const connect = socket.connect.bind(socket);
    const localAddress = from.address ?? '127.0.0.1';
    const made = new pg.Client({
      connectionString: url(user, database),
      application_name: from.application ?? 'test',
      stream: () =>
        Object.assign(socket, {
          connect: (to: number, host: string) => connect({ port: to, host, localAddress }),
        }),
    });
    made.on('error', () => {});
    await made.connect();
    clients.add(made);
    return made;
  };
  stack.defer(async () => {
    for (const one of clients) one.connection.stream.destroy();
  });
  await eventually('PgBouncer to answer', async () => {
    if (child.exitCode !== null) throw new Error('PgBouncer ended');
    const probe = await client('bot', 'pgbouncer');
    await probe.end();
    clients.delete(probe);
    return true;
  });
  const owned = stack.move();
  return {
    port,
    pid: child.pid ?? 0,
    url,
    client,
    log: () => readFileSync(log, 'utf8'),
    /** Says something to the console that Firebreak itself never says, such as PAUSE. */
    async console(text: string): Promise<Record<string, unknown>[]> {
      const one = await client('bot', 'pgbouncer');
      try {
        return (await one.query<Record<string, unknown>>(text)).rows;
      } finally {
        await one.end();
        clients.delete(one);
      }
    },
    /** Cuts every client. */
    async hangUp() {
      for (const one of clients) one.connection.stream.destroy();
      clients.clear();
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
export type PgBouncer = Awaited<ReturnType<typeof startPgBouncer>>;

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
