import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as reconnect } from '../../src/steps/pgbouncer/reconnect.ts';
import { step as resume } from '../../src/steps/pgbouncer/resume.ts';
import { step as killQueries } from '../../src/steps/postgres/kill-queries.ts';
import { step as watch } from '../../src/steps/recovery/watch.ts';
import { pgTime, session, snapshot } from '../support/fixtures.ts';
import { pool, poolDatabase, pooler, poolServer } from '../support/pooler-fixtures.ts';
import { createWorld, runStep, type World } from '../support/ports.ts';

const gone = new FirebreakError('pooler-timeout', 'PgBouncer main did not answer in time.', {
  hint: 'Look at it.',
  retryable: true,
});

/** A primary that knows none of the three connections of its PgBouncer. */
function failedOver(): World {
  const world = createWorld({
    snapshot: snapshot({ backends: [{ pid: 900, user: 'app', clientAddress: '10.0.9.9', clientPort: 1 }] }),
  });
  world.poolers = [
    pooler({
      pools: [pool({ clientsWaiting: 2, maxWaitSeconds: 4 })],
      servers: [poolServer(1), poolServer(2, { state: 'idle' }), poolServer(3, { state: 'idle' })],
    }),
  ];
  return world;
}

function paused(): World {
  const world = createWorld();
  world.poolers = [
    pooler({
      databases: [poolDatabase({ paused: true }), poolDatabase({ name: 'other', paused: true })],
      pools: [pool({ clientsWaiting: 2, maxWaitSeconds: 9, serversIdle: 0 })],
    }),
  ];
  return world;
}

async function planned(world: World, kind: typeof reconnect) {
  const ctx = world.context();
  const plan = await kind.plan(ctx, {});
  return { ctx, plan, selection: proposedSelection(plan) };
}

describe('pgbouncer.reconnect', () => {
  it('names the databases, the connections and their clients, and proves that they are gone', async () => {
    const world = failedOver();
    world.onTick = (seconds) => {
      if (seconds < 3) return;
      const [main] = world.poolers;
      if (main !== undefined) world.poolers = [{ ...main, servers: [], pools: [pool()] }];
    };
    const done = await runStep(world, reconnect);
    expect(done.plan.targets).toMatchObject([{ id: 'main/shop', selected: true }]);
    expect(done.plan.targets[0]?.facts).toContainEqual({
      name: 'In use',
      value: '1, by clients at 10.0.3.5',
    });
    expect(world.changes).toEqual(['main: RECONNECT "shop"']);
    expect(done.verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  });

  it('has nothing to do for connections of the primary, and none towards a standby', async () => {
    const world = failedOver();
    world.snapshot = snapshot({
      backends: [1, 2, 3].map((pid) => ({
        pid,
        user: 'app',
        clientAddress: '10.0.9.9',
        clientPort: 40_000 + pid,
      })),
    });
    expect((await reconnect.plan(world.context(), {})).nothingToDo).toContain('leads elsewhere');
    const standby = failedOver();
    standby.snapshot = { ...standby.snapshot, inRecovery: true };
    expect((await reconnect.plan(standby.context(), {})).nothingToDo).toContain('is a standby');
  });

  it('looks again before it acts: what is gone or closing needs nothing, and a standby is never led to', async () => {
    const world = failedOver();
    const { ctx, plan, selection } = await planned(world, reconnect);
    expect(await reconnect.recheck(ctx, plan, selection)).toEqual([]);
    world.poolers = world.poolers.map((one) => ({
      ...one,
      servers: one.servers.map((server) => ({ ...server, closing: true })),
    }));
    expect(await reconnect.recheck(ctx, plan, selection)).toEqual([
      expect.stringContaining('closing already'),
    ]);
    world.snapshot = { ...world.snapshot, inRecovery: true };
    expect((await reconnect.recheck(ctx, plan, selection)).join()).toContain('in recovery now');
  });

  it('after a crash asks the world: unfinished until its connections are closing, then done', async () => {
    const world = failedOver();
    const { ctx, plan, selection } = await planned(world, reconnect);
    expect(await reconnect.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    await reconnect.execute(ctx, plan, selection);
    expect(await reconnect.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
    await reconnect.execute(ctx, plan, selection);
    expect(world.changes, 'told once').toHaveLength(1);
  });

  it('says so when PgBouncer does not answer, and does not call it done', async () => {
    const world = failedOver();
    world.faults.set('reconnect', gone);
    const done = await runStep(world, reconnect);
    expect(done.outcome).toMatchObject({
      done: [],
      skipped: [{ target: 'main/shop', reason: gone.message }],
    });
    expect(done.verdict.status).toBe('failed');
  });
});

describe('pgbouncer.resume', () => {
  it('proposes what clients wait for, offers the rest, and proves that they are served', async () => {
    const world = paused();
    const done = await runStep(world, resume);
    expect(done.plan.targets.map(({ id, selected }) => [id, selected])).toEqual([
      ['main/shop', true],
      ['main/other', false],
    ]);
    expect(world.changes).toEqual(['main: RESUME "shop"']);
    expect(done.verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  });

  it('has nothing to do when nothing is paused, and does not lead clients to a standby', async () => {
    const world = createWorld();
    world.poolers = [pooler()];
    expect((await resume.plan(world.context(), {})).nothingToDo).toContain('Nothing is paused.');
    const standby = paused();
    standby.snapshot = { ...standby.snapshot, inRecovery: true };
    expect((await resume.plan(standby.context(), {})).nothingToDo).toContain('is a standby');
  });

  it('notices that somebody else has resumed it, before and after', async () => {
    const world = paused();
    const { ctx, plan, selection } = await planned(world, resume);
    expect(await resume.recheck(ctx, plan, selection)).toEqual([]);
    expect(await resume.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    world.poolers = [pooler()];
    expect(await resume.recheck(ctx, plan, selection)).toEqual([
      'database shop of PgBouncer main is not paused any more.',
    ]);
    expect(await resume.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
    const outcome = await resume.execute(ctx, plan, selection);
    expect(outcome.done).toEqual([{ target: 'main/shop', detail: 'not paused any more' }]);
  });

  it('resumes a pooler that is paused as a whole', async () => {
    const world = createWorld();
    world.poolers = [pooler({ state: 'paused', pools: [pool({ clientsWaiting: 1, maxWaitSeconds: 5 })] })];
    const done = await runStep(world, resume);
    expect(world.changes).toEqual(['main: RESUME']);
    expect(done.verdict.status).toBe('passed');
  });

  it('fails when clients still wait', async () => {
    const world = paused();
    world.faults.set('resume', gone);
    expect((await runStep(world, resume)).verdict.status).toBe('failed');
  });
});

it('a query that comes back through PgBouncer is known as such, under another port in its name, with its pod', async () => {
  const through = (pid: number, age: number) =>
    session(pid, {
      age,
      applicationName: `report-generator - 10.0.7.11:${40_000 + pid}`,
      clientAddress: '10.0.9.9',
      queryId: null,
    });
  const world = createWorld({
    snapshot: snapshot({ onCpu: 2, sessions: [through(1, 120), through(2, 90)] }),
  });
  const known = (pids: readonly number[]) => [
    pooler({
      servers: pids.map((pid) =>
        poolServer(pid, {
          user: 'report_generator',
          client: { address: '10.0.7.11', port: 1, applicationName: '' },
        }),
      ),
    }),
  ];
  world.poolers = known([1, 2]);
  world.onTick = (seconds) => {
    if (seconds < 4 || world.snapshot.sessions.some(({ pid }) => pid === 3)) return;
    const born = { backendStart: pgTime(seconds), xactStart: pgTime(seconds), queryStart: pgTime(seconds) };
    const next = { ...through(3, 0.1), ...born, applicationName: 'report-generator - 10.0.7.11:999' };
    world.snapshot = { ...world.snapshot, sessions: [next] };
    world.poolers = known([3]);
  };
  const { verdict, plan } = await runStep(world, killQueries);
  expect(plan.targets.map(({ owner }) => owner)).toEqual([
    'CronJob analytics/report-generator',
    'CronJob analytics/report-generator',
  ]);
  expect(verdict.status).toBe('failed');
  expect(verdict.evidence).toContain(
    'CronJob analytics/report-generator from 1 pod (report-generator-28861356-x7k2p)',
  );
});

describe('recovery.watch in front of a PgBouncer', () => {
  const params = { quietSamples: 2, everySeconds: 2, timeoutMinutes: 1 };

  it('waits for the clients that wait, after the database is quiet', async () => {
    const world = createWorld();
    world.poolers = [pooler({ pools: [pool({ clientsWaiting: 7, maxWaitSeconds: 9, serversIdle: 0 })] })];
    world.onTick = (seconds) => {
      if (seconds >= 14) world.poolers = [pooler()];
    };
    const { verdict, outcome } = await runStep(world, watch, { params });
    expect(outcome.summary).toContain('7 clients waiting in PgBouncer main (shop), the first for 9 s');
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'recovered' });
    expect(verdict.series.map(({ name }) => name)).toContain('waiting in PgBouncer');
    expect(world.seconds()).toBeGreaterThanOrEqual(16);
  });

  it('does not call a busy pool, whose clients wait for a moment, a relapse', async () => {
    const world = createWorld();
    world.poolers = [pooler({ pools: [pool({ clientsWaiting: 3, maxWaitSeconds: 0.05 })] })];
    expect((await runStep(world, watch, { params })).verdict.status).toBe('passed');
  });

  it('does not believe in a recovery behind a PgBouncer that is paused or cannot be read', async () => {
    const world = createWorld();
    world.poolers = [pooler({ databases: [poolDatabase({ paused: true })] })];
    expect((await runStep(world, watch, { params })).verdict.evidence).toContain(
      'database shop of PgBouncer main is paused',
    );
    world.faults.set('pooler', gone);
    expect((await runStep(world, watch, { params })).verdict).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('PgBouncer main could not be read'),
    });
  });
});
