import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as suspend } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { step } from '../../src/steps/postgres/cancel-on-replica.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { replica, session, snapshot, standby } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

const MB = 1024 * 1024;
const dashboards = {
  user: 'dashboards',
  applicationName: 'dashboards',
  clientAddress: '10.8.8.8',
  queryId: '77',
};

/** A report of a CronJob holds the oldest snapshot on replica-1; a dashboard has a younger one. */
function conflict(): World {
  const world = createWorld({
    snapshot: snapshot({ standbys: [standby({ replayBytes: 40 * MB })] }),
    replicas: [
      replica({
        replayBytes: 40 * MB,
        replaySeconds: 90,
        replayWait: { type: 'IPC', event: 'RecoveryConflictSnapshot' },
        patienceSeconds: -1,
      }),
    ],
  });
  world.replicaSnapshots.set(
    'replica-1',
    snapshot({
      server: 'replica-1',
      inRecovery: true,
      sessions: [
        session(501, { snapshotAge: 12 }),
        session(502, { ...dashboards, age: 300, snapshotAge: 3 }),
        session(503, { user: 'firebreak', queryId: '78', snapshotAge: 2 }),
      ],
    }),
  );
  return world;
}

/** Replay goes on once nobody holds the oldest snapshot any more. */
function replaysWhenFree(world: World): void {
  world.onTick = () => {
    const left = world.replicaSnapshots.get('replica-1')?.sessions.some(({ pid }) => pid === 501);
    if (left === true) return;
    world.replicas = world.replicas.map((one) => ({
      ...one,
      replayBytes: 0,
      replayPosition: (one.replayPosition ?? 0) + (one.replayBytes ?? 0),
      replayWait: { type: 'Activity', event: 'RecoveryWalStream' },
    }));
  };
}

describe('postgres.cancel-on-replica', () => {
  it('takes the replica of the cause by itself, cancels only the root there, and proves in bytes that replay goes on', async () => {
    const world = conflict();
    replaysWhenFree(world);
    const { plan, outcome, verdict } = await runStep(world, step);
    expect(plan.targets.map(({ id, selected }) => [Number(id.split('/')[0]), selected])).toEqual([
      [501, true],
      [502, false],
    ]);
    expect(plan.excluded[0]?.reason).toBe('Role firebreak is protected.');
    expect(plan.commands[0]?.label).toContain('on replica replica-1');
    expect(world.changes).toEqual(['cancel 501 on replica-1']);
    expect(outcome.summary).toBe('The session ended.');
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
    expect(verdict.evidence).toContain('40 MB were replayed, nothing is left to replay');
  });

  it('says that the CronJob behind it is armed, and suspending finds that CronJob on the replica', async () => {
    const world = conflict();
    const plan = await step.plan(world.context(), {});
    expect(plan.warnings.join(' ')).toContain('CronJob analytics/report-generator is NOT suspended');
    const suspension = await suspend.plan(world.context(), {});
    expect(suspension.targets.map(({ label, selected }) => [label, selected])).toEqual([
      [expect.stringContaining('report-generator'), true],
    ]);
  });

  it('does not pass when replay still waits: the next session is in the way', async () => {
    const world = conflict();
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('failed');
    expect(verdict.evidence).toContain('still waits for a snapshot; 40 MB are left');
  });

  it('does not pass when replay does not move, though nothing blocks it any more', async () => {
    const world = conflict();
    world.onTick = () => {
      world.replicas = world.replicas.map((one) => ({ ...one, replayWait: null }));
    };
    const { verdict } = await runStep(world, step);
    expect(verdict).toMatchObject({ status: 'failed' });
    expect(verdict.evidence).toContain('has not moved within 30 s');
  });

  it('terminates an idle transaction, because a cancel would do nothing, and says so', async () => {
    const world = conflict();
    const there = world.replicaSnapshots.get('replica-1') ?? snapshot();
    world.replicaSnapshots.set('replica-1', {
      ...there,
      sessions: [session(501, { state: 'idle in transaction', snapshotAge: 12 })],
    });
    replaysWhenFree(world);
    const { plan } = await runStep(world, step);
    expect(plan.warnings.join(' ')).toContain('1 session is idle in a transaction');
    expect(world.changes).toEqual(['terminate 501 on replica-1']);
  });

  it('does nothing on a replica that was promoted after the plan', async () => {
    const world = conflict();
    const ctx = world.context();
    const plan = await step.plan(ctx, {});
    world.replicas = world.replicas.map((one) => ({ ...one, inRecovery: false }));
    expect(await step.recheck(ctx, plan, proposedSelection(plan))).toEqual([
      'Replica replica-1 is no standby any more: it was promoted and takes writes.',
    ]);
    await expect(step.execute(ctx, plan, proposedSelection(plan))).rejects.toBeInstanceOf(Drifted);
    expect(world.changes).toEqual([]);
  });

  it('has nothing to do without a conflict or an overload, and says why', async () => {
    const world = createWorld({ replicas: [replica()] });
    const plan = await step.plan(world.context(), {});
    expect(plan.nothingToDo).toContain('none blocks replay there');
    expect(world.seconds()).toBeGreaterThan(0);
  });

  it('has nothing to do when the replica cannot be read, and says that', async () => {
    const world = conflict();
    world.faults.set('replicaStatus', fault('database-unreachable', 'replica-1 cannot be reached.'));
    const plan = await step.plan(world.context(), {});
    expect(plan.nothingToDo).toContain('Not read: replica replica-1: replica-1 cannot be reached.');
  });

  it('after a crash: finishes when they still run, and is done when they have ended', async () => {
    const world = conflict();
    const ctx = world.context();
    const plan = await step.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await step.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    const there = world.replicaSnapshots.get('replica-1') ?? snapshot();
    world.replicaSnapshots.set('replica-1', { ...there, sessions: [] });
    const found = await step.reconcile(ctx, plan, selection);
    expect(found).toMatchObject({ status: 'done', outcome: { data: { replica: 'replica-1' } } });
    expect(world.changes).toEqual([]);
  });

  it('cancels the heavy queries of an overloaded replica, without asking for replay', async () => {
    const world = createWorld({ replicas: [replica()] });
    const heavy = [601, 602, 603].map((pid) => session(pid, { ...dashboards, age: 200 }));
    world.replicaSnapshots.set(
      'replica-1',
      snapshot({ server: 'replica-1', inRecovery: true, onCpu: 3, sessions: heavy }),
    );
    const { verdict, plan } = await runStep(world, step);
    expect(plan.targets.filter(({ selected }) => selected)).toHaveLength(3);
    expect(world.changes).toHaveLength(3);
    expect(verdict).toMatchObject({ status: 'passed' });
    expect(verdict.evidence).not.toContain('replay');
  });
});
