import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../../src/adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { startVictim } from '../../../src/drill/victim/start-victim.ts';

const directory = mkdtempSync(join(tmpdir(), 'fb-test-external-'));
const hba = ['host all all 127.0.0.0/8 scram-sha-256'];
let server: PostgresServer;

beforeAll(async () => {
  const dataDirectory = join(directory, 'data');
  server = await startPostgres({ dataDirectory, listen: { host: '127.0.0.1' }, superuser: 'postgres', hba });
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function admin(sql: string): Promise<unknown[]> {
  return withSession(server.url(), async (client) => (await client.query(sql)).rows);
}

const OURS = `select datname as name from pg_database where datname = 'firebreak_drill'
  union all select rolname from pg_roles where rolname in ('order_service', 'report_generator', 'firebreak')`;

function start() {
  return startVictim({ directory: join(directory, 'unused'), scale: 0.001, existingUrl: server.url() });
}

test("the user's server gets a database and roles, and loses them again", async () => {
  const victim = await start();
  expect(await admin(OURS)).toHaveLength(4);
  expect(victim.replica).toBeUndefined();
  const [row] = await withSession(
    victim.urls.orderService,
    async (c) => (await c.query('select count(*)::int n from orders')).rows,
  );
  expect(row).toEqual({ n: 3000 });
  await victim.stop();
  expect(await admin(OURS)).toEqual([]);
});

test('what a killed drill left behind is replaced', async () => {
  await start();
  const second = await start();
  await second.stop();
  expect(await admin(OURS)).toEqual([]);
});

test.each([
  ['database', 'create database firebreak_drill', 'drop database firebreak_drill'],
  ['role', 'create role order_service', 'drop role order_service'],
])('a %s of the same name that is not ours is left alone', async (kind, create, drop) => {
  await admin(create);
  await expect(start()).rejects.toThrow(`The server already has a ${kind}`);
  expect(await admin(OURS)).toHaveLength(1);
  await admin(drop);
});

test('a standby is refused', async () => {
  await using replica = await startReplica(server, {
    dataDirectory: join(directory, 'replica'),
    listen: { host: '127.0.0.1' },
    applicationName: 'r',
  });
  const attempt = startVictim({
    directory: join(directory, 'unused'),
    scale: 0.001,
    existingUrl: replica.url(),
  });
  await expect(attempt).rejects.toThrow('is a standby');
});
