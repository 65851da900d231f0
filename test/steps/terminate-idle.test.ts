import { expect, it } from 'vitest';
import { step } from '../../src/steps/postgres/terminate-idle.ts';
import { readFixtures } from '../support/diagnosis-fixtures.ts';
import { createWorld } from '../support/ports.ts';

/** The world of a fixture that was recorded from a real server. */
function worldOf(name: string) {
  const fixture = readFixtures().find((one) => one.name === name);
  if (fixture === undefined) throw new Error(`no fixture ${name}`);
  const { snapshot, cluster } = fixture.facts;
  return createWorld({ snapshot, cluster });
}

it.each([
  ['connection-storm', 'Its pools would connect again at once'],
  ['idle-pools', 'Healthy pools would connect again at once'],
  ['runaway-batch-query', 'No single service leaks connections'],
])('has nothing to do for %s, and says why', async (fixture, why) => {
  const plan = await step.plan(worldOf(fixture).context(), {});
  expect(plan.targets).toEqual([]);
  expect(plan.nothingToDo).toContain(why);
});

it('offers a leak’s sessions longest idle first, at most as many as asked for, and only the leaking service’s', async () => {
  const world = worldOf('connection-leak');
  const plan = await step.plan(world.context(), { limit: 10, idleSeconds: 10 });
  expect(plan.targets).toHaveLength(10);
  expect(new Set(plan.targets.map(({ owner }) => owner))).toEqual(new Set(['Deployment shop/cart-api']));
  const idle = new Map(world.snapshot.idleSessions.map(({ pid, idleSeconds }) => [pid, idleSeconds]));
  const order = plan.targets.map(({ id }) => idle.get(Number(id.split('/')[0])) ?? -1);
  expect(order).toEqual(order.toSorted((a, b) => b - a));
  expect(plan.warnings.join(' ')).toContain('35 more sessions match');
  expect(plan.warnings.join(' ')).toContain('This only buys time');
});

it('shows protected sessions as such and never offers them', async () => {
  const world = worldOf('connection-leak');
  world.guard = { ...world.guard, protectedRoles: ['cart_api'] };
  const plan = await step.plan(world.context(), { idleSeconds: 10 });
  expect(plan.targets).toEqual([]);
  expect(plan.excluded.map(({ reason }) => reason)).toContain('Role cart_api is protected.');
});
