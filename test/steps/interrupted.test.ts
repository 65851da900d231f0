import { describe, expect, it } from 'vitest';
import { type Plan, proposedSelection, type Selection } from '../../src/domain/plan.ts';
import { fencedPorts } from '../../src/engine/fenced-ports.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import type { EarlierStep, StepContext, StepKind } from '../../src/steps/step-kind.ts';
import { loginRole, relationReadout, serverReadout } from '../support/audit-facts.ts';
import { batchWorld, boundlessWorld, routableWorld } from '../support/batch-world.ts';
import { fixtureFacts } from '../support/diagnosis-fixtures.ts';
import {
  cluster,
  group,
  job,
  outage,
  pod,
  replica,
  session,
  snapshot,
  standby,
} from '../support/fixtures.ts';
import { pool, poolDatabase, pooler, poolServer } from '../support/pooler-fixtures.ts';
import { createWorld, runStep, type World } from '../support/ports.ts';
import { captureReadout, site } from '../support/remedies-world.ts';

/** A world in which the plan of a step kind has something to do. */
interface Stage {
  readonly world: World;
  readonly params?: Record<string, unknown>;
  readonly earlier?: readonly EarlierStep[];
  readonly select?: (plan: Plan) => Selection;
}

const everything = (plan: Plan): Selection => ({
  ...proposedSelection(plan),
  targets: plan.targets.map(({ id }) => id),
});

/** The world of a fixture that was recorded from a real server, when nobody is too young to be ended any more. */
function recorded(name: string): World {
  const { snapshot: seen, cluster: found } = fixtureFacts(name);
  const world = createWorld({ snapshot: seen, cluster: found });
  world.guard = { ...world.guard, minimumAgeSeconds: 0 };
  return world;
}

/** One service holds nearly every slot. */
const leak = () =>
  snapshot({
    slots: { max: 80, superuserReserved: 3, reserved: 0, used: 75 },
    groups: [group({ backends: 69, oldestSeconds: 840 }), group({ backends: 6, user: 'cart_api' })],
  });

/** Two tables whose foreign keys have no index. */
function lettersAndBills(): World {
  const tables = ['letters', 'bills'];
  const world = createWorld({
    relations: relationReadout({
      unindexedKeys: tables.map((table) => ({
        constraint: `${table}_customer_fkey`,
        table: `public.${table}`,
        references: 'public.customers',
        columns: ['customer'],
        rows: 120_000,
      })),
    }),
  });
  for (const table of tables) world.sites.set(`public.${table}`, site('public', table));
  return world;
}

const kinds = await loadStepKinds();

function kindOf(name: string): StepKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`There is no step kind ${name}.`);
  return kind;
}

/** One for each step kind that changes something. */
const stages: Readonly<Record<string, () => Promise<Stage> | Stage>> = {
  'kubernetes.suspend-cronjob': () => ({
    world: createWorld({
      snapshot: outage(),
      cluster: cluster({ jobs: [job('report-generator-1'), job('report-generator-2')] }),
    }),
    select: (plan) => ({ ...everything(plan), choices: { runningJobs: 'suspend' } }),
  }),
  'kubernetes.resume-cronjob': async () => {
    const world = createWorld({ snapshot: outage() });
    const earlier = [await runStep(world, kindOf('kubernetes.suspend-cronjob'))];
    world.snapshot = snapshot();
    world.changes.length = 0;
    return { world, earlier };
  },
  'kubernetes.suspend-job': () => {
    const owners = [{ kind: 'Job', name: 'backfill', uid: 'uid-backfill' }];
    return {
      world: createWorld({
        snapshot: outage(),
        cluster: cluster({
          podsByIp: { '10.0.7.11': [pod('10.0.7.11', { name: 'backfill-x7k2p', owners })] },
          jobs: [job('backfill', { cronJob: null })],
        }),
      }),
    };
  },
  'kubernetes.reschedule-cronjob': () => ({ world: batchWorld() }),
  'kubernetes.guard-cronjob': () => ({ world: batchWorld() }),
  'kubernetes.restore-cronjob': async () => {
    const world = batchWorld();
    const earlier = [await runStep(world, kindOf('kubernetes.reschedule-cronjob'))];
    earlier.push(await runStep(world, kindOf('kubernetes.guard-cronjob'), { earlier }));
    world.changes.length = 0;
    return { world, earlier };
  },
  'kubernetes.set-quota': () => ({ world: boundlessWorld() }),
  'kubernetes.remove-quota': async () => {
    const world = boundlessWorld();
    const earlier = [await runStep(world, kindOf('kubernetes.set-quota'))];
    world.changes.length = 0;
    return { world, earlier };
  },
  'kubernetes.route-to-replica': () => ({ world: routableWorld() }),
  'kubernetes.scale-deployment': () => ({ world: recorded('connection-storm') }),
  'kubernetes.rollback-deployment': () => ({ world: recorded('connection-storm') }),
  'pgbouncer.reconnect': () => {
    const world = createWorld();
    const databases = [poolDatabase(), poolDatabase({ name: 'other' })];
    const servers = [poolServer(1), poolServer(2, { database: 'other' })];
    world.poolers = [pooler({ databases, pools: [pool(), pool({ database: 'other' })], servers })];
    world.snapshot = snapshot({
      backends: [{ pid: 900, user: 'app', clientAddress: '10.0.9.9', clientPort: 1 }],
    });
    return { world, select: everything };
  },
  'pgbouncer.resume': () => {
    const world = createWorld();
    const databases = [poolDatabase({ paused: true }), poolDatabase({ name: 'other', paused: true })];
    world.poolers = [pooler({ databases, pools: [pool({ clientsWaiting: 2, maxWaitSeconds: 9 })] })];
    return { world, select: everything };
  },
  'postgres.cancel-on-replica': () => {
    const world = createWorld({ replicas: [replica()] });
    const heavy = [601, 602, 603].map((pid) => session(pid, { user: 'dashboards', queryId: '77', age: 200 }));
    world.replicaSnapshots.set(
      'replica-1',
      snapshot({ server: 'replica-1', inRecovery: true, onCpu: 3, sessions: heavy }),
    );
    return { world };
  },
  'postgres.end-blockers': () => ({ world: recorded('lock-queue') }),
  'postgres.kill-queries': () => {
    const sessions = [1, 2, 3].map((pid) => session(pid));
    return { world: createWorld({ snapshot: outage({ sessions, onCpu: 3 }) }) };
  },
  'postgres.resume-replay': () => ({
    world: createWorld({
      snapshot: snapshot({ standbys: [standby({ replayBytes: 38_000_000 })] }),
      replicas: [replica({ replayPaused: true, replayBytes: 38_000_000, replaySeconds: 1080 })],
    }),
  }),
  'postgres.set-timeout': () => ({ world: createWorld({ snapshot: outage() }) }),
  'postgres.set-connection-limit': () => ({ world: createWorld({ snapshot: leak() }) }),
  'postgres.enable-query-statistics': () => {
    const world = createWorld();
    world.queryStatistics = { ...world.queryStatistics, created: false };
    return { world };
  },
  'postgres.disable-query-statistics': async () => {
    const world = createWorld();
    world.queryStatistics = { ...world.queryStatistics, created: false };
    const earlier = [await runStep(world, kindOf('postgres.enable-query-statistics'))];
    world.changes.length = 0;
    return { world, earlier };
  },
  'postgres.capture-changes': () => {
    const world = createWorld();
    world.capture = captureReadout();
    return { world };
  },
  'postgres.remove-capture': async () => {
    const world = createWorld();
    world.capture = captureReadout();
    const earlier = [await runStep(world, kindOf('postgres.capture-changes'))];
    world.changes.length = 0;
    return { world, earlier };
  },
  'postgres.create-index': () => ({ world: lettersAndBills(), select: everything }),
  'postgres.drop-index': () => {
    const world = lettersAndBills();
    const index = { columns: ['customer'], unique: false, partial: false, valid: false, bytes: 8192 };
    for (const [key, one] of world.sites) {
      const broken = { ...index, oid: one.oid + 1, schema: one.schema, name: `${one.table}_broken` };
      world.sites.set(key, { ...one, indexes: [broken] });
    }
    world.relations = relationReadout({
      invalidIndexes: ['letters', 'bills'].map((table) => ({
        name: `public.${table}_broken`,
        table: `public.${table}`,
        bytes: 8192,
      })),
    });
    return { world };
  },
  'postgres.set-limits': () => ({
    world: createWorld({
      snapshot: snapshot({ groups: [group({ backends: 6 }), group({ backends: 2, user: 'cart_api' })] }),
      server: serverReadout({
        settings: Object.fromEntries(
          ['statement_timeout', 'lock_timeout', 'transaction_timeout'].map((name) => [
            name,
            { value: '0', unit: 'ms', pendingRestart: false },
          ]),
        ),
        roles: [loginRole('checkout_api', { sessions: 6 }), loginRole('cart_api', { sessions: 2 })],
      }),
    }),
  }),
  'postgres.restore-setting': async () => {
    const world = createWorld({ snapshot: outage() });
    const timeout = await runStep(world, kindOf('postgres.set-timeout'));
    world.snapshot = leak();
    const earlier = [timeout, await runStep(world, kindOf('postgres.set-connection-limit'))];
    world.changes.length = 0;
    return { world, earlier };
  },
  'postgres.shed-load': () => ({
    world: createWorld({ snapshot: leak(), shedFirst: ['cart_api', 'checkout_api'] }),
    select: everything,
  }),
  'postgres.restore-load': async () => {
    const world = createWorld({ snapshot: leak(), shedFirst: ['cart_api', 'checkout_api'] });
    const earlier = [await runStep(world, kindOf('postgres.shed-load'), { params: { most: 2 } })];
    world.snapshot = snapshot();
    world.changes.length = 0;
    return { world, earlier };
  },
  'postgres.terminate-idle': () => ({
    world: recorded('connection-leak'),
    params: { limit: 3, idleSeconds: 10 },
  }),
};

const changing = [...kinds.values()].filter(({ actionClass }) => actionClass !== 'observe');

it('every step kind that changes something is interrupted here', () => {
  expect(Object.keys(stages).sort()).toEqual(changing.map(({ kind }) => kind).sort());
});

class Died extends Error {}

/** A step on its stage, approved. */
async function approved(kind: StepKind) {
  const {
    world,
    params = {},
    earlier = [],
    select = proposedSelection,
  } = await (stages[kind.kind] ?? fail)();
  const ctx = world.context(earlier);
  const plan = await kind.plan(ctx, params);
  const selection = select(plan);
  return { world, ctx, plan, selection };
}

function fail(): never {
  throw new Error('no stage');
}

/** The same step in a process that dies before its change number `last`, from 0, and asks before each. */
function mortal(ctx: StepContext, last: number): { ctx: StepContext; asked: () => number } {
  let asked = 0;
  const confirm = async () => {
    if (asked >= last) throw new Died();
    asked += 1;
  };
  return { ctx: { ...ctx, ports: fencedPorts(ctx.ports, confirm) }, asked: () => asked };
}

/** Each names what it expects (a backend, a paused pool, the value before): asked again it finds that gone, and does nothing. */
const GUARDED = /^(cancel|terminate|set) |: RESUME/;

/** The changes that were made, in order; what is guarded counts once. */
function effects(changes: readonly string[]): string[] {
  const made = changes.filter((change) => !change.startsWith('dry-run'));
  return made.filter((change, index) => !GUARDED.test(change) || made.indexOf(change) === index);
}

/** How the world stands, as far as a step can change it. */
const standOf = ({ snapshot: { sessions, idleSessions }, cluster: found, ...world }: World) => ({
  sessions: sessions.map(({ pid }) => pid),
  idleSessions,
  cluster: found,
  bounds: world.bounds,
  batches: world.guardrails.batches,
  poolers: world.poolers,
  settings: [...world.settings],
  indexes: [...world.sites.values()].map(({ indexes }) => indexes.map(({ name, valid }) => [name, valid])),
  statistics: world.queryStatistics,
  capture: world.capture,
  replicas: world.replicas,
  onReplicas: [...world.replicaSnapshots].map(([name, { sessions: there }]) => [name, there.length]),
});

describe.each(changing.map((kind) => ({ name: kind.kind, kind })))('$name', ({ kind }) => {
  it('confirms its hold before each change, dry runs included', async () => {
    const { world, ctx, plan, selection } = await approved(kind);
    const { ctx: asking, asked } = mortal(ctx, Number.POSITIVE_INFINITY);
    await kind.execute(asking, plan, selection);
    expect(asked()).toBeGreaterThan(0);
    expect(world.changes).toHaveLength(asked());
  });

  it('dies before each change and after the last, looks, and the world ends as it would have', async () => {
    const whole = await approved(kind);
    await kind.execute(whole.ctx, whole.plan, whole.selection);
    const { changes } = whole.world;
    for (let last = 0; last <= changes.length; last += 1) {
      const { world, ctx, plan, selection } = await approved(kind);
      await kind.execute(mortal(ctx, last).ctx, plan, selection).catch(() => undefined);
      expect(world.changes).toEqual(changes.slice(0, last));
      const found = await kind.reconcile(ctx, plan, selection);
      expect(world.changes, 'looking changes nothing').toHaveLength(last);
      expect(found.status).toBe(last === changes.length ? 'done' : 'unfinished');
      if (found.status === 'unfinished') await kind.execute(ctx, plan, selection);
      expect(standOf(world), `died before change ${last}`).toEqual(standOf(whole.world));
      expect(effects(world.changes), `died before change ${last}`).toEqual(effects(changes));
    }
  });
});
