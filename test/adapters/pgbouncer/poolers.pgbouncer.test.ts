import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPoolers } from '../../../src/adapters/pgbouncer/poolers.ts';
import { textOf } from '../../../src/adapters/pgbouncer/statement.ts';
import { type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { eventually } from '../embedded-postgres/support.ts';
import { type AppServer, secret, silent, startAppServer } from '../postgres/support.ts';

const signal = new AbortController().signal;
let app: AppServer;
let bouncer: PgBouncer;
beforeAll(async () => {
  app = await startAppServer();
  const { port } = app.server();
  bouncer = await startPgBouncer(
    {
      shop: { port, database: 'appdb', poolSize: 2 },
      'odd-name': { port, database: 'appdb' },
      shop_ro: { port, database: 'appdb' },
    },
    { application_name_add_host: 1, server_login_retry: 3 },
  );
});
afterAll(async () => {
  await bouncer[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

async function startPoolers(
  parts: {
    url?: string;
    pools?: string[] | null;
    deadlineMs?: number;
    pingMs?: number;
    mostClients?: number;
  } = {},
) {
  const { url = bouncer.url('bot', 'ignored'), pools = null, ...options } = parts;
  const poolers = createPoolers([{ database: 'shop', name: 'main', url: secret(url), pools }], {
    logger: silent,
    ...options,
  });
  await poolers.start();
  return Object.assign(poolers, { [Symbol.asyncDispose]: () => poolers.stop() });
}

test('says only SHOW, RECONNECT and RESUME, and no name can turn one into another', () => {
  expect(textOf({ show: 'POOLS' })).toBe('SHOW POOLS');
  expect(textOf({ say: 'RESUME', pool: null })).toBe('RESUME');
  expect(textOf({ say: 'RECONNECT', pool: 'odd-name' })).toBe('RECONNECT "odd-name"');
  for (const pool of ['', 'a"; KILL "shop', 'a\nb', 'x'.repeat(64)])
    expect(() => textOf({ say: 'RECONNECT', pool })).toThrow('is not sent');
});

test('reads pools, where they lead, whose client each connection serves, and who waits', async () => {
  await using poolers = await startPoolers({ pools: ['shop'] });
  const holders = [
    await bouncer.client('app', 'shop', { address: '127.0.7.11', application: 'cart-api' }),
    await bouncer.client('app', 'shop', { address: '127.0.7.12', application: 'cart-api' }),
  ];
  for (const holder of holders) await holder.query('begin');
  const other = await bouncer.client('app', 'shop_ro');
  await other.query('select 1');
  const waiter = await bouncer.client('app', 'shop', { address: '127.0.3.5' });
  const served = waiter.query('select 1');
  await eventually('somebody waits for a second', async () => {
    const { pools } = await poolers.pools('shop', 'main', signal);
    return (pools[0]?.maxWaitSeconds ?? 0) >= 1;
  });
  const read = await poolers.read('shop', 'main', signal);
  expect(read).toMatchObject({
    name: 'main',
    version: expect.stringMatching(/^PgBouncer \d/),
    scoped: true,
    settings: { serverLoginRetrySeconds: 3, queryWaitTimeoutSeconds: 120, addsHost: true },
    gaps: [],
  });
  expect(read.databases).toEqual([
    expect.objectContaining({
      name: 'shop',
      host: '127.0.0.1',
      poolSize: 2,
      maxConnections: null,
      paused: false,
    }),
  ]);
  expect(read.pools).toEqual([
    expect.objectContaining({
      database: 'shop',
      user: 'app',
      clientsWaiting: 1,
      serversActive: 2,
      mode: 'transaction',
    }),
  ]);
  expect(read.waiting).toEqual([{ database: 'shop', user: 'app', address: '127.0.3.5', clients: 1 }]);
  const pids = await Promise.all(
    holders.map(
      async (holder) => (await holder.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid,
    ),
  );
  for (const [index, pid] of pids.entries()) {
    expect(read.servers.find(({ remotePid }) => remotePid === pid)).toMatchObject({
      state: 'active',
      closing: false,
      client: { address: `127.0.7.${11 + index}`, applicationName: expect.stringContaining('cart-api') },
    });
  }
  for (const holder of holders) await holder.query('commit');
  await served;
});

test('RECONNECT marks what is in use, closes what is free, and cuts nobody', async () => {
  await using poolers = await startPoolers({ pools: ['odd-name'] });
  const busy = await bouncer.client('app', 'odd-name');
  await busy.query('begin');
  const idle = await bouncer.client('app', 'odd-name');
  await idle.query('select 1');
  const before = await poolers.read('shop', 'main', signal);
  expect(before.servers).toHaveLength(2);
  await poolers.reconnect('shop', { pooler: 'main', pool: 'odd-name' }, signal);
  await eventually('the free connection closes', async () => {
    const { servers } = await poolers.read('shop', 'main', signal);
    return servers.length === 1 && servers[0]?.closing === true && servers[0].state === 'active';
  });
  expect((await busy.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  await busy.query('commit');
  await eventually('the other one closes when its client lets go', async () => {
    const { servers } = await poolers.read('shop', 'main', signal);
    return servers.length === 0;
  });
});

test('RESUME ends a pause, and says so when there was none', async () => {
  await using poolers = await startPoolers();
  const ref = { pooler: 'main', pool: 'shop' };
  expect(await poolers.resume('shop', ref, signal)).toBe('was-not-paused');
  expect(await poolers.resume('shop', { ...ref, pool: null }, signal)).toBe('was-not-paused');
  await bouncer.console('PAUSE shop');
  const paused = async () =>
    (await poolers.pools('shop', 'main', signal)).databases.find(({ name }) => name === 'shop')?.paused;
  expect(await paused()).toBe(true);
  expect(await poolers.resume('shop', ref, signal)).toBe('resumed');
  expect(await paused()).toBe(false);
});

test('counts, but does not list, more clients than a PgBouncer lists quickly', async () => {
  await using poolers = await startPoolers({ mostClients: 1, pools: ['shop'] });
  const clients = [await bouncer.client('app', 'shop'), await bouncer.client('app', 'shop')];
  await clients[0]?.query('begin');
  await clients[1]?.query('select 1');
  const read = await poolers.read('shop', 'main', signal);
  expect(read.gaps.join()).toContain('clients were not listed');
  expect(read.servers.map(({ client }) => client)).toEqual([null, null]);
  await clients[0]?.query('commit');
});

describe('a console in trouble', () => {
  test('a user who may only look is told what to change', async () => {
    await using poolers = await startPoolers({ url: bouncer.url('watcher', 'pgbouncer') });
    await poolers.read('shop', 'main', signal);
    await expect(poolers.reconnect('shop', { pooler: 'main', pool: 'shop' }, signal)).rejects.toMatchObject({
      code: 'pooler-permission',
      hint: expect.stringContaining('Name "watcher" under admin_users'),
    });
    await poolers.read('shop', 'main', signal);
  });

  test('a stranger is told the same', async () => {
    await using poolers = await startPoolers({ url: bouncer.url('payments', 'pgbouncer') });
    await expect(poolers.read('shop', 'main', signal)).rejects.toMatchObject({ code: 'pooler-permission' });
  });

  test('one that swallows everything is given up after the deadline, and asked again when it answers', async () => {
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: bouncer.port });
    const url = `postgresql://bot@127.0.0.1:${proxy.port}/pgbouncer`;
    await using poolers = await startPoolers({ url, deadlineMs: 300 });
    await poolers.pools('shop', 'main', signal);
    proxy.blackHole(true);
    await expect(poolers.pools('shop', 'main', signal)).rejects.toMatchObject({
      code: 'pooler-timeout',
      retryable: true,
    });
    proxy.blackHole(false);
    await poolers.pools('shop', 'main', signal);
  });

  test('one that is away is opened again in the background', async () => {
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: bouncer.port });
    proxy.refuse(true);
    const url = `postgresql://bot@127.0.0.1:${proxy.port}/pgbouncer`;
    await using poolers = await startPoolers({ url });
    await expect(poolers.pools('shop', 'main', signal)).rejects.toMatchObject({ code: 'pooler-unreachable' });
    const before = proxy.open;
    proxy.refuse(false);
    await eventually('it is open without being asked', async () => proxy.open > before);
  });

  test('a name that is not configured is refused with those that are', async () => {
    await using poolers = await startPoolers();
    await expect(poolers.read('shop', 'other', signal)).rejects.toMatchObject({
      code: 'pooler-error',
      hint: 'Use one of: main.',
    });
    expect(poolers.names('another-database')).toEqual([]);
  });
});
