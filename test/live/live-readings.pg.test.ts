import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LocksNow, QueriesNow } from '../../src/domain/live.ts';
import { createLiveReadings } from '../../src/live/live-readings.ts';
import { run } from '../adapters/postgres/support.ts';
import { cluster, cronJob, pod } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';
import { type Scene, startScene } from '../support/real-scene.ts';

const BATCH = { user: 'reporting', application: 'report', address: '127.0.7.11' };
const APP = { user: 'checkout', application: 'checkout', address: '127.0.7.12' };

let scene: Scene;

beforeAll(async () => {
  scene = await startScene();
  await scene.asSuperuser(
    'create table orders (id int primary key, note text); grant all on orders to public',
  );
  await scene.asSuperuser("insert into orders values (1, 'a'), (2, 'b')");
});
afterAll(async () => scene[Symbol.asyncDispose]());

/** Live readings of the scene; the batch runs in a pod of the CronJob analytics/report. */
function live(facts?: () => Promise<never>) {
  const world = createWorld({
    cluster: cluster({
      podsByIp: { [BATCH.address]: [pod(BATCH.address)], [APP.address]: [] },
      cronJobs: [cronJob()],
    }),
  });
  const { poolers, workloads } = world.context().ports;
  const read = facts === undefined ? workloads : { ...workloads, facts };
  return createLiveReadings({ databases: scene.databases, poolers, workloads: read });
}

/** The first reading in which it is so; each reading is a new one. Fails when none is. */
async function until<T>(read: () => Promise<T>, so: (now: T) => boolean): Promise<T> {
  return await vi.waitUntil(
    async () => {
      const now = await read();
      return so(now) ? now : undefined;
    },
    { timeout: 15_000, interval: 200 },
  );
}

test('long queries come oldest first, with their owner and without their literals', async () => {
  await scene.busy(BATCH, 1, "select pg_sleep(60), 'card 4111111111111111'");
  const now = await until(
    async () => live().queries('shop'),
    ({ sessions }: QueriesNow) => sessions.length > 0,
  );
  expect(now.sessions[0]).toMatchObject({ user: 'reporting', state: 'active', certainty: 'strong' });
  expect(now.sessions[0]?.owner).toMatch(/^CronJob /);
  expect(JSON.stringify(now)).not.toContain('4111');
  expect(now.slots.used).toBeGreaterThan(0);
  expect(now.olderThanSeconds).toBe(1);
  await scene.calm();
});

test('a queue behind a schema change is told from its root on, each with what it wants', async () => {
  const changer = await scene.client(APP);
  await scene.asSuperuser('alter table orders owner to checkout');
  const holder = await scene.client(BATCH);
  await holder.query('begin; select * from orders');
  void run(changer, 'alter table orders add column extra int');
  await scene.busy(APP, 1, 'select * from orders');
  const now = await until(
    async () => live().locks('shop'),
    ({ waiting }: LocksNow) => waiting === 2,
  );
  const [root] = now.roots;
  expect(now.roots).toHaveLength(1);
  expect(root).toMatchObject({ request: null, session: { state: 'idle in transaction', user: 'reporting' } });
  expect(root?.waiters[0]).toMatchObject({ request: 'AccessExclusiveLock on public.orders' });
  expect(root?.waiters[0]?.waiters[0]).toMatchObject({ request: 'AccessShareLock on public.orders' });
  await scene.calm();
});

test('whoever asks within two seconds gets the same reading', async () => {
  const shared = live();
  const [one, other] = await Promise.all([shared.queries('shop'), shared.locks('shop')]);
  expect(other.at).toBe(one.at);
  expect((await shared.queries('shop')).at).toBe(one.at);
});

test('without the cluster the sessions are told all the same, with what is missing', async () => {
  const now = await live(async () => {
    throw new Error('the API is away');
  }).queries('shop');
  expect(now.gaps).toEqual(['Kubernetes: the API is away Owners are told without it.']);
});

test('a database that is not configured is refused with the names that are', async () => {
  await expect(live().queries('nope')).rejects.toMatchObject({ code: 'database-error' });
});
