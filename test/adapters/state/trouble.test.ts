import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { alertOf, eventually, mitigated, opened, query, quiet, startOnTcp } from './support.ts';

const stack = new AsyncDisposableStack();
let server: Awaited<ReturnType<typeof startOnTcp>>;
let databases = 0;

beforeAll(async () => {
  server = await startOnTcp(stack);
});
afterAll(async () => stack.disposeAsync());

/** A fresh database, directly and through a proxy. */
async function database() {
  const name = `trouble_${++databases}`;
  await query(server.url(), `create database ${name}`);
  const proxy = await startTcpProxy({ host: server.host, port: server.port });
  onTestFinished(async () => proxy[Symbol.asyncDispose]());
  const url = server.url({ database: name });
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return { name, url, proxied: proxied.href, proxy };
}

const none = { work: [] };

test.each([
  ['before', 0],
  ['after', 1],
] as const)(
  'a commit whose answer is lost (%s it was done) is told as not known, and the journal says what stands',
  async (when, stands) => {
    const { proxied, proxy } = await database();
    const state = await opened(proxied);
    proxy.cutAt('commit', when);
    await expect(state.journal.append('INC-1', 0, [mitigated('x')], none)).rejects.toMatchObject({
      code: 'state-unconfirmed',
      retryable: true,
    });
    expect(await state.journal.read('INC-1')).toHaveLength(stands);
    expect(await state.journal.append('INC-1', stands, [mitigated('y')], none)).toMatchObject({
      status: 'appended',
    });
    expect(await state.journal.verify()).toMatchObject({ chainOk: true, events: stands + 1 });
  },
);

test('work that has no item in the queue is done also when the answer to its commit is lost', async () => {
  const { proxied, proxy } = await database();
  const state = await opened(proxied);
  const woken: string[] = [];
  state.queue.handle('render', async (key) => {
    woken.push(key);
    return 'done';
  });
  await state.queue.start();
  proxy.cutAt('commit', 'after');
  const work = [{ kind: 'render', key: 'INC-1', by: 'here' }] as const;
  await expect(state.journal.append('INC-1', 0, [mitigated('x')], { work })).rejects.toThrow();
  await eventually('the render', () => woken.includes('INC-1'), 5_000);
});

test('a transaction that breaks before its commit is told as not recorded', async () => {
  const { proxied, proxy } = await database();
  const state = await opened(proxied);
  proxy.cutAt('insert into "firebreak"."journal"', 'before');
  await expect(state.journal.append('INC-1', 0, [mitigated('x')], none)).rejects.toMatchObject({
    code: 'state-unavailable',
  });
  expect(await state.journal.read('INC-1')).toEqual([]);
});

test('a network that swallows every answer holds nobody for ever, and everything goes on when it is back', {
  timeout: 60_000,
}, async () => {
  const { proxied, proxy } = await database();
  const state = await opened(proxied);
  await state.journal.append('INC-1', 0, [mitigated('x')], none);
  proxy.blackHole(true);
  const calls = [
    state.journal.append('INC-1', 1, [mitigated('y')], none),
    state.alerts.store([alertOf('a')]),
    state.journal.read('INC-1'),
    state.mutex.exclusively('m', async () => undefined),
  ];
  const settled = await Promise.allSettled(calls);
  expect(settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'done'))).toEqual(
    Array.from(calls, () => 'state-unavailable'),
  );
  proxy.blackHole(false);
  await eventually('an append', async () => {
    const version = (await state.journal.read('INC-1').catch(() => [])).length;
    const appended = state.journal.append('INC-1', version, [mitigated('z')], none);
    return version > 0 && (await appended.catch(() => null))?.status === 'appended';
  });
  expect(await state.journal.verify()).toMatchObject({ chainOk: true });
});

test('entries that the server confirmed and then lost are noticed, told, and decided anew', async () => {
  const { url } = await database();
  const errors: string[] = [];
  const logger = { ...quiet, error: (_: unknown, message?: string) => void errors.push(message ?? '') };
  const state = await opened(url, { logger, instance: 'witness' });
  const other = await opened(url);
  const events = [1, 2, 3].map((number) => mitigated(`entry ${number}`));
  await state.journal.append('INC-1', 0, events, none);
  const { position, hash } = await state.journal.head();
  // What a failover to a replica that lacked the last transaction leaves.
  await query(
    url,
    `begin; set session_replication_role = replica; delete from firebreak.journal where position > 1;
     update firebreak.journal_head set (position, hash) = (select position, hash from firebreak.journal); commit`,
  );
  expect(await state.journal.append('INC-1', 3, [mitigated('4')], none)).toEqual({ status: 'conflict' });
  expect(await state.journal.read('journal')).toMatchObject([
    { event: { type: 'journal.lost', position, hash, instance: 'witness' } },
  ]);
  expect(errors).toEqual(['The state database has lost entries of the journal that it had confirmed']);
  expect(await state.journal.append('INC-1', 1, [mitigated('anew')], none)).toMatchObject({
    status: 'appended',
  });
  expect(await other.journal.append('INC-1', 2, [mitigated('other')], none)).toMatchObject({
    status: 'appended',
  });
  expect(await state.journal.read('journal')).toHaveLength(1);
  expect(await state.journal.verify()).toMatchObject({ chainOk: true });
  expect(await state.journal.verify([{ position, hash }])).toMatchObject({ chainOk: false });
});

test('what was lost is noticed when the state is back, also when nobody writes', async () => {
  const { url } = await database();
  const state = await opened(url, { instance: 'returning' });
  await state.presence.join({ version: '1', onOutdated: () => undefined });
  await state.journal.append('INC-1', 0, [mitigated('kept'), mitigated('lost')], none);
  await query(
    url,
    `begin; set session_replication_role = replica; delete from firebreak.journal where position > 1;
     update firebreak.journal_head set (position, hash) = (select position, hash from firebreak.journal); commit`,
  );
  await query(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'firebreak returning%'`,
  );
  await eventually('it is told', async () =>
    (await state.journal.read('journal').catch(() => [])).some(({ event }) => event.type === 'journal.lost'),
  );
});

test('a server that may lose what it confirmed is warned about', async () => {
  const { name, url } = await database();
  await query(server.url(), `alter database ${name} set synchronous_commit = off`);
  const risks: unknown[] = [];
  await opened(url, { logger: { ...quiet, warn: (fields: unknown) => void risks.push(fields) } });
  expect(risks).toContainEqual({ risk: expect.stringContaining('synchronous_commit is off') });
});

const hasPooler = spawnSync('pgbouncer', ['--version']).error === undefined;

test.skipIf(!hasPooler).each([
  ['as it is installed', ''],
  [
    'that was told to let our parameters pass',
    'ignore_startup_parameters = options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
  ],
])('a pooler %s is refused with the reason', async (_, setting) => {
  const { name } = await database();
  const root = mkdtempSync(join(tmpdir(), 'fb-pool-'));
  chmodSync(root, 0o777);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const { username, password } = new URL(server.url());
  writeFileSync(
    join(root, 'pgbouncer.ini'),
    `[databases]\n${name} = host=${server.host} port=${server.port} user=${username} password='${decodeURIComponent(password)}'
[pgbouncer]\nlisten_addr =\nunix_socket_dir = ${root}\nlisten_port = 6432\nauth_type = any\npool_mode = transaction\n${setting}\n`,
  );
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn('pgbouncer', [join(root, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...nobody,
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => {
    log += data.toString();
  });
  await eventually('pgbouncer', () => log.includes('process up'));
  const url = `postgresql://x@localhost/${name}?host=${encodeURIComponent(root)}&port=6432`;
  await expect(openState({ url, logger: quiet, instance: 'test' })).rejects.toMatchObject({
    code: 'state-pooled',
  });
});
