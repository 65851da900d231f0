import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step } from '../../src/steps/postgres/terminate-idle.ts';
import { cluster, deployment, pod } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';
import { type Scene, startScene } from '../support/real-scene.ts';

const cart = { user: 'cart_api', application: 'cart-api', address: '127.0.3.5' };
const users = { user: 'users', application: 'users', address: '127.0.5.1' };
const facts = {
  podsByIp: {
    [cart.address]: [
      pod(cart.address, {
        namespace: 'shop',
        name: 'cart-api-7f9c-abcde',
        owners: [
          { kind: 'ReplicaSet', name: 'cart-api-7f9c', uid: 'rs-cart' },
          { kind: 'Deployment', name: 'cart-api', uid: 'dep-cart' },
        ],
      }),
    ],
  },
  cronJobs: [],
  jobs: [],
  deployments: [deployment({ name: 'cart-api', uid: 'dep-cart', replicas: 1 })],
};

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

function context() {
  const ctx = createWorld({ cluster: cluster(facts) }).context();
  return {
    ...ctx,
    clock: systemClock,
    incident: { ...ctx.incident, database: 'shop' },
    ports: { ...ctx.ports, databases: scene.databases },
  };
}

/** Who of these clients is still connected. */
async function connected(clients: readonly Awaited<ReturnType<Scene['client']>>[]): Promise<boolean[]> {
  return await Promise.all(
    clients.map(async (client) => {
      try {
        await client.query('select 1');
        return true;
      } catch {
        return false;
      }
    }),
  );
}

it('ends the idle sessions of the leaking service and nobody else’s, nor one that was used meanwhile', {
  timeout: 150_000,
}, async () => {
  const healthy = [await scene.client(users), await scene.client(users)];
  const leaked: Awaited<ReturnType<Scene['client']>>[] = [];
  for (let index = 0; index < 44; index += 1) leaked.push(await scene.client(cart));
  for (const client of [...healthy, ...leaked]) await client.query('select 1');
  const neverUsed = await scene.client(cart);
  const deadline = Date.now() + 90_000;
  while (diagnose(await scene.facts(facts))[0]?.kind !== 'connection-leak' && Date.now() < deadline)
    await setTimeout(500);
  const [used, fresh, inTransaction, ...forgotten] = leaked;
  if (used === undefined || fresh === undefined || inTransaction === undefined) throw new Error('too few');
  await fresh.query('select 2');
  const ctx = context();
  const plan = await step.plan(ctx, { proofSeconds: 2, idleSeconds: 10 });
  expect(plan.nothingToDo).toBeNull();
  expect(plan.targets).toHaveLength(43);
  expect(plan.targets.every(({ owner, selected }) => selected && owner === 'Deployment shop/cart-api')).toBe(
    true,
  );
  const reasons = plan.excluded.map(({ label, reason }) => `${label}: ${reason}`).join('\n');
  expect(reasons).toMatch(/1 session of Deployment shop\/cart-api: Idle for less than 10 s/);
  expect(reasons).toContain('It has run no query yet');
  expect(reasons).toContain('whose pools are healthy');
  expect(plan.commands[0]?.text).toContain('firebreak:kill');
  expect(await step.recheck(ctx, plan, proposedSelection(plan))).toEqual([]);

  // Between the click and the signal two of them are used again.
  await used.query('select 3');
  await inTransaction.query('begin');
  const outcome = await step.execute(ctx, plan, proposedSelection(plan));
  expect(outcome.done).toHaveLength(41);
  expect(outcome.skipped).toHaveLength(2);
  expect(outcome.skipped.map(({ reason }) => reason).join()).toContain('another one runs now');
  expect(await connected([...healthy, used, fresh, inTransaction, neverUsed])).toEqual(Array(6).fill(true));
  expect(await connected(forgotten)).toEqual(Array(forgotten.length).fill(false));

  const verdict = await step.verify(ctx, plan, proposedSelection(plan), outcome);
  expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  expect(verdict.evidence).toMatch(/41 sessions ended; 0 new connections .* of 57 usable slots/);

  // The same connections again, and nothing was gained.
  for (let index = 0; index < 41; index += 1) await (await scene.client(cart)).query('select 1');
  const again = await step.verify(ctx, plan, proposedSelection(plan), outcome);
  expect(again).toMatchObject({ status: 'failed', milestone: null });
  expect(again.evidence).toContain('Ending more gains nothing');
});
