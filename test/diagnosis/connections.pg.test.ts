import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cronJob, deployment, pod, revision } from '../support/fixtures.ts';
import { provoked, type Scene, startScene, type Who } from '../support/real-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/connections.pg.test.ts';

const cart = { user: 'cart_api', application: 'cart-api', address: '127.0.3.5' };
const bi = { user: 'metabase', application: 'Metabase v0.50.1', address: '127.0.6.1' };
const services = ['billing', 'catalog', 'search', 'orders', 'shipping', 'users', 'wishlist'];

const podOf = (address: string, name: string) =>
  pod(address, {
    namespace: 'shop',
    name: `${name}-7f9c-${address.split('.').at(-1)}`,
    owners: [
      { kind: 'ReplicaSet', name: `${name}-7f9c`, uid: `rs-${name}` },
      { kind: 'Deployment', name, uid: `dep-${name}` },
    ],
  });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene[Symbol.asyncDispose]());
afterEach(() => scene.calm());

/** Opens connections as a pool does: each runs a statement once and waits then. */
async function pool(who: Who, connections: number) {
  for (let index = 0; index < connections; index += 1) await (await scene.client(who)).query('select 1');
}

/** A service of long ago in two pods, a reporting tool, and who opened the rest. */
async function beside(): Promise<void> {
  await pool({ user: 'users', application: 'users', address: '127.0.5.1' }, 2);
  await pool(bi, 1);
}

const podsByIp = (addresses: readonly string[], name: string) =>
  Object.fromEntries(addresses.map((address) => [address, [podOf(address, name)]]));

it('connection-leak: names the service whose idle sessions fill the slots', {
  timeout: 120_000,
}, async () => {
  await beside();
  await pool(cart, 45);
  const found = await provoked(
    scene,
    {
      fixture: 'connection-leak',
      cause: 'connection-leak',
      recordedBy,
      cluster: {
        podsByIp: podsByIp([cart.address], 'cart-api'),
        cronJobs: [cronJob()],
        deployments: [deployment({ name: 'cart-api', uid: 'dep-cart-api', replicas: 1 })],
      },
    },
    90_000,
  );
  expect(found).toMatchObject({
    kind: 'connection-leak',
    culprit: { kind: 'Deployment', namespace: 'shop', name: 'cart-api' },
  });
  expect(found.confidence).toBeGreaterThanOrEqual(0.8);
  expect(found.wontHelp.join(' ')).toContain('healthy pools reconnect at once');
});

it('connection-storm: names the service whose new pods took the slots', { timeout: 120_000 }, async () => {
  await beside();
  const addresses = Array.from({ length: 12 }, (_, index) => `127.0.3.${index + 10}`);
  for (const address of addresses) await pool({ ...cart, address }, 4);
  const rolledOutAt = new Date(Date.now() - 20_000).toISOString();
  const found = await provoked(scene, {
    fixture: 'connection-storm',
    cause: 'connection-storm',
    recordedBy,
    cluster: {
      podsByIp: podsByIp(addresses, 'cart-api'),
      cronJobs: [cronJob()],
      deployments: [
        deployment({
          name: 'cart-api',
          uid: 'dep-cart-api',
          replicas: 14,
          ready: 12,
          rolledOutAt,
          revisions: [revision(8, { replicas: 14 }), revision(7)],
        }),
      ],
    },
  });
  expect(found).toMatchObject({
    kind: 'connection-storm',
    culprit: { kind: 'Deployment', namespace: 'shop', name: 'cart-api' },
  });
  expect(found.confidence).toBeGreaterThanOrEqual(0.9);
  expect(found.evidence.join(' ')).toContain('14 pods (12 ready) × 4 connections want 56 of 57 slots');
  expect(found.helps[0]).toContain('back to revision 7');
  expect(found.wontHelp.join(' ')).toContain('its pools connect again at once');
});

it('idle-pools: blames nobody when many pools fill the slots together', { timeout: 120_000 }, async () => {
  await beside();
  for (const [index, name] of services.entries())
    await pool({ user: name, application: name, address: `127.0.4.${index + 1}` }, 7);
  const found = await provoked(scene, {
    fixture: 'idle-pools',
    cause: 'idle-pools',
    recordedBy,
    cluster: { cronJobs: [cronJob()] },
  });
  expect(found).toMatchObject({ kind: 'idle-pools', culprit: null });
  expect(found.helps.join(' ')).toContain('together at most 57 connections');
});
