import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { formatCores, formatMemory, parseQuantity } from '../../src/domain/quantity.ts';
import { step as removeQuota } from '../../src/steps/kubernetes/remove-quota.ts';
import { step as setQuota } from '../../src/steps/kubernetes/set-quota.ts';
import { boundlessWorld } from '../support/batch-world.ts';
import { runStep, type World } from '../support/ports.ts';

const made = (world: World) => world.bounds.map(({ kind, spec }) => [kind, spec]);
const choosing = (memory: string) => (plan: Parameters<typeof proposedSelection>[0]) => ({
  ...proposedSelection(plan),
  choices: { memory },
});

describe('kubernetes.set-quota', () => {
  it('fits quota and defaults to what runs and to the known peak, and says both with numbers', async () => {
    const world = boundlessWorld();
    const { plan, verdict } = await runStep(world, setQuota);
    expect(plan.targets[0]?.facts).toContainEqual({
      name: 'limits.cpu',
      value: '12500m at most; 2 now, 10 at the known peak',
    });
    expect(made(world)).toEqual([
      [
        'LimitRange',
        {
          limits: [
            {
              type: 'Container',
              default: { cpu: '2', memory: '2Gi' },
              defaultRequest: { cpu: '500m', memory: '512Mi' },
            },
          ],
        },
      ],
      [
        'ResourceQuota',
        {
          hard: {
            'requests.cpu': '5',
            'limits.cpu': '12500m',
            'requests.memory': '3840Mi',
            'limits.memory': '12800Mi',
            pods: '7',
          },
        },
      ],
    ]);
    expect(verdict.status).toBe('passed');
  });

  it('proposes no memory limit where it would reach a pod that runs without one', async () => {
    const world = boundlessWorld();
    world.pods.set('analytics', [
      { name: 'api-1', ownerKind: 'ReplicaSet', containers: [{ name: 'main', requests: {}, limits: {} }] },
    ]);
    const { plan } = await runStep(world, setQuota);
    expect(plan.choices[0]).toMatchObject({ id: 'memory', default: 'leave' });
    expect(plan.warnings.join(' ')).toContain('1 pod of analytics state no memory limit (api-1)');
    expect(JSON.stringify(made(world))).not.toContain('limits.memory');
    expect(made(world)[0]?.[1]).toMatchObject({ limits: [{ default: { cpu: '500m' } }] });
    const chosen = boundlessWorld();
    await runStep(chosen, setQuota, { select: choosing('limit') });
    expect(JSON.stringify(made(chosen))).toContain('limits.memory');
  });

  it('never gives a default below a request that stands without a limit: such a pod would be refused', async () => {
    const world = boundlessWorld();
    world.pods.set('analytics', [
      {
        name: 'big',
        ownerKind: null,
        containers: [{ name: 'main', requests: { memory: '3Gi' }, limits: {} }],
      },
    ]);
    await runStep(world, setQuota, { select: choosing('limit') });
    expect(made(world)[0]?.[1]).toMatchObject({ limits: [{ default: { memory: '3Gi' } }] });
  });

  it('refuses when more runs by now than the quota would allow, or an object of the name is there', async () => {
    const world = boundlessWorld();
    const ctx = world.context();
    const plan = await setQuota.plan(ctx, {});
    const selection = proposedSelection(plan);
    const [pod] = world.pods.get('analytics') ?? [];
    if (pod === undefined) throw new Error('no pod');
    world.pods.set(
      'analytics',
      Array.from({ length: 9 }, () => pod),
    );
    expect((await setQuota.recheck(ctx, plan, selection)).join(' ')).toContain(
      'analytics uses 18 of limits.cpu now, more than the 12500m that were planned.',
    );
    world.pods.set('analytics', [pod]);
    world.bounds = [
      {
        kind: 'LimitRange',
        namespace: 'analytics',
        name: 'firebreak-defaults',
        uid: 'x',
        spec: {},
        used: {},
      },
    ];
    await expect(setQuota.execute(ctx, plan, selection)).rejects.toThrow('is there already');
    expect(world.changes).toEqual([]);
    expect(await setQuota.reconcile(ctx, plan, selection)).toMatchObject({ status: 'unknown' });
  });

  it('has nothing to do where both are there, and says what it could not read', async () => {
    const world = boundlessWorld();
    world.guardrails = {
      ...world.guardrails,
      quotas: [{ namespace: 'analytics', items: [{ name: 'q', hard: { pods: '9' } }], problem: null }],
      containerDefaults: [{ namespace: 'analytics', items: null, problem: 'forbidden' }],
    };
    expect((await setQuota.plan(world.context(), {})).nothingToDo).toContain('could not be read');
    const items = [{ name: 'l', limits: { cpu: '1' }, requests: {} }];
    world.guardrails.containerDefaults = [{ namespace: 'analytics', items, problem: null }];
    expect((await setQuota.plan(world.context(), {})).nothingToDo).toContain(
      'It has a quota and default limits.',
    );
  });
});

describe('kubernetes.remove-quota', () => {
  it('removes exactly what this run made, the quota first, and nothing that somebody changed', async () => {
    const world = boundlessWorld();
    const earlier = [await runStep(world, setQuota)];
    const [limits] = world.bounds;
    if (limits === undefined) throw new Error('no LimitRange');
    const plan = await removeQuota.plan(world.context(earlier), {});
    expect(plan.targets.map(({ label }) => label)).toEqual([
      'ResourceQuota analytics/firebreak-bounds',
      'LimitRange analytics/firebreak-defaults',
    ]);
    world.bounds = world.bounds.map((one) => (one === limits ? { ...limits, spec: { limits: [] } } : one));
    const { verdict } = await runStep(world, removeQuota, { earlier });
    expect(verdict.evidence).toBe('ResourceQuota analytics/firebreak-bounds is gone.');
    expect(world.bounds.map(({ kind }) => kind)).toEqual(['LimitRange']);
    expect((await removeQuota.plan(world.context(), {})).nothingToDo).toContain('made no quota');
  });
});

describe('a quantity', () => {
  it.each([
    ['500m', 0.5],
    ['2', 2],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['128Mi', 134_217_728],
    ['1G', 1e9],
    ['100n', 1e-7],
    ['2E', 2e18],
    ['', null],
    ['1Xi', null],
    ['-1', null],
    ['m', null],
  ])('%s is %s', (text, value) => {
    const read = parseQuantity(text);
    if (value === null) expect(read).toBeNull();
    else expect(read).toBeCloseTo(value, 9);
  });

  it('is never written smaller than it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (milli) => {
        expect(parseQuantity(formatCores(milli / 1000))).toBeCloseTo(milli / 1000, 6);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
        const read = parseQuantity(formatMemory(bytes)) ?? 0;
        expect(read).toBeGreaterThanOrEqual(bytes);
        expect(read).toBeLessThan(bytes + 2 ** 20);
      }),
    );
  });
});
