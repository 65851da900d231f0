import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startReplica } from '../../src/adapters/embedded-postgres/start-replica.ts';
import { eventually, query } from '../adapters/embedded-postgres/support.ts';
import { startAppServer } from '../adapters/postgres/support.ts';

export const TOKEN = 'token-of-the-gate';

/** A primary with 100 000 orders, its replica, a configuration whose limits fit them, and a program named psql. */
export async function startGateScene() {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await startAppServer());
  await query(app.server().url(), 'create role gate login; grant pg_read_all_data to gate');
  await query(
    app.url('app'),
    `create table orders as select n as id, n % 5000 as customer_id from generate_series(1, 100000) n`,
  );
  await query(app.url('app'), 'vacuum analyze orders');
  const replica = stack.use(
    await startReplica(app.server(), {
      dataDirectory: join(app.directory, 'replica'),
      listen: { host: '127.0.0.1', port: 0 },
      hba: ['host all all 127.0.0.1/32 trust'],
      applicationName: 'replica-1',
    }),
  );
  const gateUrl = replica.url({ user: 'gate', database: 'appdb', password: 'unused' });
  await eventually('the orders on the replica', async () => {
    const [row] = await query<{ n: number }>(gateUrl, 'select count(*)::int as n from orders');
    return row?.n === 100_000;
  });
  const directory = join(app.directory, 'scene');
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const client = join(import.meta.dirname, 'psql-in-child.ts');
  file('bin/psql', `#!/bin/sh\nexec '${process.execPath}' '${client}' "$@"\n`);
  chmodSync(join(bin, 'psql'), 0o755);
  const config = file(
    'firebreak.yml',
    stringify({
      slack: { channel: 'C0INCIDENTS', apiUrl: 'http://127.0.0.1:9/api/' },
      http: { host: '127.0.0.1', port: 0 },
      state: { directory: join(directory, 'state') },
      alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'GATE_TOKEN' } }] },
      gate: {
        bearer: { env: 'GATE_TOKEN' },
        policy: { replicaAbove: { cost: 3000, scanRows: 50_000 }, denyAbove: { cost: 20_000, rows: 90_000 } },
      },
      databases: [
        {
          name: 'orders-primary',
          url: { env: 'ORDERS_URL' },
          replicas: [{ name: 'replica-1', url: { env: 'REPLICA_URL' } }],
          gate: { url: { env: 'ORDERS_GATE_URL' } },
        },
      ],
      authority: {},
    }),
  );
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    GATE_TOKEN: TOKEN,
    FIREBREAK_GATE_TOKEN: TOKEN,
    ORDERS_URL: app.url('bot'),
    REPLICA_URL: replica.url({ user: 'bot', database: 'appdb', password: 'unused' }),
    ORDERS_GATE_URL: gateUrl,
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    PGHOST: '127.0.0.1',
    PGPORT: String(app.server().port),
    PGUSER: 'app',
    PGDATABASE: 'appdb',
    PGPASSWORD: 'unused',
  };
  const kept = stack.move();
  return {
    app,
    replica,
    gateUrl,
    directory,
    file,
    installation: { directory, configFile: config, env, [Symbol.dispose]: () => {} },
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}
export type GateScene = Awaited<ReturnType<typeof startGateScene>>;

/** `firebreak serve` for all tests of a file; ends in order when disposed. */
export async function startServing({ installation: { configFile, env } }: GateScene) {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const child = spawn(process.execPath, [main, 'serve', '--config', configFile], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  const running = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const line = output
        .split('\n')
        .find((one) => one.includes('Firebreak is running') && one.endsWith('}'));
      const url = /"http":"([^"]+)"/.exec(line ?? '')?.[1];
      if (url !== undefined) running.resolve(url);
    });
  }
  void ended.then(() => running.reject(new Error(`Firebreak ended:\n${output}`)));
  return {
    httpUrl: await running.promise,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
