import { beforeEach, describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as rollBack } from '../../src/steps/kubernetes/rollback-deployment.ts';
import { step as scale } from '../../src/steps/kubernetes/scale-deployment.ts';
import type { StepKind } from '../../src/steps/step-kind.ts';
import { readFixtures } from '../support/diagnosis-fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

/** The world of a fixture that was recorded from a real server. */
function worldOf(name: string): World {
  const fixture = readFixtures().find((one) => one.name === name);
  if (fixture === undefined) throw new Error(`no fixture ${name}`);
  const { snapshot, cluster } = fixture.facts;
  return createWorld({ snapshot, cluster });
}

const change = (world: World, parts: object) => {
  world.cluster = {
    ...world.cluster,
    deployments: world.cluster.deployments.map((one) => ({ ...one, ...parts })),
  };
};
const choose = (value: string) => (plan: Parameters<typeof proposedSelection>[0]) => ({
  ...proposedSelection(plan),
  choices: { replicas: value },
});

let world: World;
beforeEach(() => {
  world = worldOf('connection-storm');
});

describe.each([
  ['kubernetes.scale-deployment', scale],
  ['kubernetes.rollback-deployment', rollBack],
] as [string, StepKind][])('%s', (_name, kind) => {
  it.each(['idle-pools', 'runaway-batch-query', 'runaway-application-query'])(
    'has nothing to do for %s: no Deployment is to blame as a whole',
    async (fixture) => {
      const plan = await kind.plan(worldOf(fixture).context(), {});
      expect(plan.targets).toEqual([]);
      expect(plan.nothingToDo).toContain('No Deployment leaks or storms');
    },
  );

  it('says what is missing when the Deployment cannot be read', async () => {
    world.cluster = { ...world.cluster, deployments: [], deploymentGaps: ['Deployments: forbidden.'] };
    expect((await kind.plan(world.context(), {})).nothingToDo).toContain('Not read: Deployments: forbidden.');
  });

  it('does nothing on an outdated plan', async () => {
    const ctx = world.context();
    const plan = await kind.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await kind.recheck(ctx, plan, selection)).toEqual([]);
    change(world, {
      replicas: 9,
      revisions: [{ ...world.cluster.deployments[0]?.revisions[0], uid: 'rs-9', number: 9 }],
    });
    expect(await kind.recheck(ctx, plan, selection)).not.toEqual([]);
    await expect(kind.execute(ctx, plan, selection)).rejects.toMatchObject({ name: 'Drifted' });
    change(world, { uid: 'made-anew' });
    expect((await kind.recheck(ctx, plan, selection)).join()).toContain('made anew');
    await expect(kind.execute(ctx, plan, selection)).rejects.toMatchObject({ name: 'Drifted' });
    expect(world.changes).toEqual([]);
  });

  it('after a lost answer reads what became of it instead of sending it again', async () => {
    const ctx = world.context();
    const plan = await kind.plan(ctx, {});
    world.onDeployment = () => {
      world.onDeployment = () => {};
      throw fault('kubernetes-unreachable', 'The answer was lost.');
    };
    const outcome = await kind.execute(ctx, plan, proposedSelection(plan));
    expect(outcome.done[0]?.detail).toContain('it was found so');
    expect(world.changes.filter((line) => !line.startsWith('dry-run'))).toHaveLength(1);
    expect((await kind.reconcile(ctx, plan, proposedSelection(plan))).status).toBe('done');
  });
});

it('scales a storming Deployment to as many pods as fit, and back to the former number', async () => {
  change(world, {
    autoscaler: { name: 'cart', min: 2, max: 20 },
    gitops: { tool: 'Argo CD', sign: 'label argocd.argoproj.io/instance=cart' },
  });
  const down = await runStep(world, scale);
  // 57 usable slots, 5 spare, 6 of others and of Firebreak, 4 connections for each pod.
  expect(down.plan.choices[0]).toMatchObject({ id: 'replicas', default: '11' });
  expect(down.plan.choices[0]?.options.map(({ value }) => value)).toEqual(['11', '7', '1', '0']);
  expect(down.plan.warnings.join(' ')).toContain('HorizontalPodAutoscaler cart sets the size');
  expect(down.plan.warnings.join(' ')).toContain('managed by Argo CD');
  expect(world.changes).toEqual(['dry-run cart-api to 11', 'scale cart-api to 11']);
  expect(down.outcome.data).toMatchObject({ deployments: [{ name: 'cart-api', from: 14, to: 11 }] });
  expect(down.verdict).toMatchObject({ status: 'passed' });
  const again = await runStep(world, scale, { select: choose('1') });
  const earlier = [down, again];
  const back = await runStep(world, scale, { params: { undo: true }, earlier });
  expect(back.plan.choices[0]).toMatchObject({ default: '14' });
  expect(back.outcome.summary).toContain('from 1 to 14');
  expect(world.cluster.deployments[0]?.replicas).toBe(14);
  expect((await scale.plan(world.context(earlier), { undo: true })).nothingToDo).toContain('again already');
  expect((await scale.plan(world.context(), { undo: true })).nothingToDo).toContain(
    'scaled no Deployment down',
  );
});

it('tells when an autoscaler scales it back', async () => {
  change(world, { autoscaler: { name: 'cart', min: 2, max: 20 } });
  world.onDeployment = () => {
    world.onDeployment = () => {};
    change(world, { replicas: 14, ready: 14 });
  };
  const { verdict } = await runStep(world, scale, { params: { verifySeconds: 5 } });
  expect(verdict.status).toBe('failed');
  expect(verdict.evidence).toContain('HorizontalPodAutoscaler cart changed it back');
  expect(verdict.situation?.next[0]?.text).toContain('rollout history deployment cart-api');
});

it('a leak in one pod is offered without being proposed: scaled down, the service is gone', async () => {
  const plan = await scale.plan(worldOf('connection-leak').context(), {});
  expect(plan.targets.map(({ selected }) => selected)).toEqual([false]);
  expect(plan.choices[0]?.options).toEqual([
    { value: '0', label: '0 pods', consequence: 'The service is down until it is scaled back.' },
  ]);
  expect(plan.warnings.join(' ')).toContain('go on leaking');
});

it('rolls a storming Deployment back to the revision before, and forward again', async () => {
  const back = await runStep(world, rollBack);
  expect(back.plan.targets[0]).toMatchObject({
    selected: true,
    facts: expect.arrayContaining([
      { name: 'From', value: 'revision 8, api registry.invalid/checkout-api:8.0' },
      { name: 'To', value: 'revision 7, api registry.invalid/checkout-api:7.0' },
    ]),
  });
  expect(back.plan.warnings.join(' ')).toContain('a migration of the database');
  expect(world.changes).toEqual([
    'dry-run cart-api to checkout-api-7',
    'roll back cart-api to checkout-api-7',
  ]);
  expect(back.verdict).toMatchObject({ status: 'passed' });
  const forward = await runStep(world, rollBack, { params: { undo: true }, earlier: [back] });
  expect(forward.verdict).toMatchObject({ status: 'passed' });
  expect(world.cluster.deployments[0]?.revisions[0]?.name).toBe('checkout-api-8');
  expect((await rollBack.plan(world.context(), { undo: true })).nothingToDo).toContain(
    'rolled no Deployment back',
  );
});

it('does not propose to roll back what was rolled out long ago', async () => {
  change(world, { rolledOutAt: '2024-01-01T00:00:00Z' });
  const plan = await rollBack.plan(world.context(), {});
  expect(plan.targets.map(({ selected }) => selected)).toEqual([false]);
  expect(plan.warnings.join(' ')).toContain('was not rolled out shortly before');
});

it('a rollout that does not get ready is told after its time', async () => {
  world.onDeployment = () => change(world, { ready: 3 });
  const { verdict } = await runStep(world, rollBack, { params: { verifySeconds: 5 } });
  expect(verdict).toMatchObject({ status: 'failed' });
  expect(verdict.evidence).toContain('3 of 14 pods are ready');
});
