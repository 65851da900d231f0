import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { protectionReason } from '../../src/domain/protection.ts';
import { backendId } from '../../src/domain/snapshot.ts';
import { Params } from '../../src/steps/postgres/kill-queries/contract.ts';
import { selectTargets } from '../../src/steps/postgres/kill-queries/select.ts';
import { step } from '../../src/steps/postgres/kill-queries.ts';
import type { EarlierStep } from '../../src/steps/step-kind.ts';
import { factsOf } from '../support/diagnosis-fixtures.ts';
import {
  cluster,
  cronJob,
  group,
  job,
  outage,
  pgTime,
  session,
  snapshot,
  standby,
} from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

function suspendedCluster() {
  return cluster({ cronJobs: [cronJob({ suspended: true })], jobs: [] });
}

/** Two reports of the CronJob on two cores, and a younger long query of a person. */
function smallOutage(): World {
  const human = session(3000, {
    age: 40,
    user: 'anna',
    applicationName: 'psql',
    clientAddress: '192.168.4.20',
    queryId: '99',
  });
  return createWorld({
    snapshot: outage({ onCpu: 2, sessions: [session(1000), session(1001, { age: 90 }), human] }),
    cluster: suspendedCluster(),
  });
}

function respawn(world: World, after: number): void {
  world.onTick = (seconds) => {
    if (seconds < after || world.snapshot.sessions.some(({ pid }) => pid === 7777)) return;
    const born = { backendStart: pgTime(seconds), xactStart: pgTime(seconds), queryStart: pgTime(seconds) };
    const next = session(7777, { ...born, stateSeconds: 0.1, transactionSeconds: 0.1 });
    world.snapshot = { ...world.snapshot, sessions: [...world.snapshot.sessions, next] };
  };
}

describe('postgres.kill-queries', () => {
  it('preselects the root sessions and offers other long queries unselected', async () => {
    const plan = await step.plan(smallOutage().context(), {});
    expect(plan.targets.map(({ label, selected }) => [label, selected])).toEqual([
      ['pid 1000 · report-generator · 2m00s', true],
      ['pid 1001 · report-generator · 1m30s', true],
      ['pid 3000 · psql · 40 s', false],
    ]);
    expect(plan.warnings).toEqual([]);
    expect(plan.commands).toEqual([
      {
        label: 'pg_cancel_backend, guarded by identity · 2 times, one per session',
        language: 'sql',
        text: `-- varies: pid 1000, backend_start ${pgTime(-121)}, query_start ${pgTime(-120)}, how cancel\n/* firebreak:kill v2 */ cancel 1000`,
      },
    ]);
    expect(plan.targets[0]?.owner).toBe('CronJob analytics/report-generator');
  });

  it('warns, for the confirmation, while the CronJob is armed and its Job would retry', async () => {
    const world = createWorld({ snapshot: outage() });
    const { warnings } = await step.plan(world.context(), {});
    expect(warnings.join('\n')).toContain('CronJob analytics/report-generator is NOT suspended');
    expect(warnings.join('\n')).toContain('will retry a killed query: 6 retries left');
  });

  it('cancels, proves for 10 s that nothing respawned, and says mitigated', async () => {
    const world = smallOutage();
    const { outcome, verdict } = await runStep(world, step);
    expect(world.changes).toEqual(['cancel 1000', 'cancel 1001']);
    expect(outcome.done).toHaveLength(2);
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated', goBackTo: null });
    expect(world.seconds()).toBeGreaterThanOrEqual(10);
    expect(world.seconds()).toBeLessThan(20);
  });

  it('waits after a cancel, and proves, for as long as the runbook says', async () => {
    const world = smallOutage();
    world.manners.set(1000, 'ignores cancel');
    await runStep(world, step, { params: { cancelSeconds: 1, proofSeconds: 4 } });
    expect(world.changes).toEqual(['cancel 1000', 'cancel 1001', 'terminate 1000']);
    expect(world.seconds()).toBe(5);
  });

  it('terminates what ignores the cancel, after 5 s, and tells what never ends', async () => {
    const world = smallOutage();
    world.manners.set(1000, 'ignores cancel').set(1001, 'immortal');
    const { outcome, verdict } = await runStep(world, step);
    expect(world.changes).toEqual(['cancel 1000', 'cancel 1001', 'terminate 1000', 'terminate 1001']);
    expect(outcome.done[0]?.detail).toBe('cancelled, then terminated');
    expect(outcome.skipped[0]?.reason).toContain('still there after cancel and terminate');
    expect(verdict.status).toBe('failed');
    expect(verdict.evidence).toContain('pid 1001');
  });

  it('waits 15 s for a cancel when the CPU is overloaded', async () => {
    const world = smallOutage();
    world.snapshot = { ...world.snapshot, onCpu: 50 };
    world.manners.set(1000, 'ignores cancel');
    const plan = await step.plan(world.context(), {});
    await step.execute(world.context(), plan, proposedSelection(plan));
    expect(world.seconds()).toBe(15);
    expect(world.changes).toContain('terminate 1000');
  });

  it('terminates an idle transaction at once, because a cancel does nothing to it', async () => {
    const world = smallOutage();
    const idle = session(50, { state: 'idle in transaction', waitEventType: 'Client', age: 100 });
    const waiters = [51, 52, 53].map((pid) =>
      session(pid, { age: 4, waitEventType: 'Lock', clientAddress: '10.0.3.5' }),
    );
    world.snapshot = snapshot({
      sessions: [idle, ...waiters],
      groups: [group({ backends: 3, lockWaiting: 3 })],
      lockWaiters: waiters.map(({ pid }) => ({ pid, blockers: [50] })),
    });
    const { outcome } = await runStep(world, step);
    expect(world.changes).toEqual(['terminate 50']);
    expect(outcome.done).toHaveLength(1);
  });

  it('never offers who waits for a lock, also when it belongs to the owner of the session that blocks it', async () => {
    const idle = session(50, { state: 'idle in transaction', waitEventType: 'Client', age: 100 });
    const own = [51, 52, 53].map((pid) =>
      session(pid, { age: 60, waitEventType: 'Lock', waitEvent: 'transactionid' }),
    );
    const world = createWorld({
      snapshot: snapshot({
        sessions: [idle, ...own],
        groups: [group({ backends: 3, lockWaiting: 3 })],
        lockWaiters: own.map(({ pid }) => ({ pid, blockers: [50] })),
      }),
    });
    const plan = await step.plan(world.context(), {});
    expect(plan.targets.map(({ label }) => label)).toEqual(['pid 50 · report-generator · 1m40s']);
    expect(plan.excluded.map(({ label, reason }) => `${label}: ${reason}`)).toEqual([
      expect.stringContaining('3 sessions waiting for a lock: They are victims'),
    ]);
  });

  it('reports a refusal of the guard in words and kills the rest', async () => {
    const world = smallOutage();
    world.manners.set(1000, 'refused:superuser');
    const { outcome } = await runStep(world, step);
    expect(outcome.skipped[0]?.reason).toContain('superuser');
    expect(outcome.done).toHaveLength(1);
  });

  it('keeps a record of each session when the database goes away in the middle', async () => {
    const world = smallOutage();
    const plan = await step.plan(world.context(), {});
    world.faults.set('signalBackend', fault('database-unreachable', 'orders cannot be reached.'));
    const outcome = await step.execute(world.context(), plan, proposedSelection(plan));
    expect(outcome.skipped.map(({ reason }) => reason)).toEqual([
      'Not signalled: orders cannot be reached.',
      'Not signalled: orders cannot be reached.',
    ]);
  });

  it('sees a respawn at once, stops, and sends people back to the skipped suspension', async () => {
    const world = createWorld({ snapshot: outage({ onCpu: 2, sessions: [session(1000)] }) });
    respawn(world, 4);
    const skipped: EarlierStep = {
      stepId: 'stop-the-batch',
      kind: 'kubernetes.suspend-cronjob',
      plan: await step.plan(world.context(), {}),
      selection: { targets: [], choices: {} },
      begunAt: null,
      outcome: null,
      verdict: null,
    };
    const { verdict } = await runStep(world, step, { earlier: [skipped] });
    expect(verdict).toMatchObject({ status: 'failed', goBackTo: 'stop-the-batch', milestone: null });
    expect(verdict.evidence).toBe(
      'The queries respawned: 1 new session of CronJob analytics/report-generator from 1 pod (report-generator-28861356-x7k2p).',
    );
    expect(world.seconds()).toBeLessThan(10);
  });

  it('observes two periods, at most 150 s, while the source is armed', async () => {
    const world = createWorld({ snapshot: outage({ onCpu: 2, sessions: [session(1000)] }) });
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('passed');
    expect(verdict.evidence).toContain('still armed');
    expect(world.seconds()).toBeGreaterThanOrEqual(150);
  });

  it('does not take the service’s short query for a respawn, nor a session that the plan offered', async () => {
    const world = smallOutage();
    const ordinary = session(8000, {
      age: 0.2,
      user: 'anna',
      applicationName: 'psql',
      clientAddress: '192.168.4.20',
      queryId: '99',
    });
    world.onTick = (seconds) => {
      const sessions = world.snapshot.sessions.filter(({ pid }) => pid !== 8000);
      world.snapshot = {
        ...world.snapshot,
        sessions: [...sessions, { ...ordinary, queryStart: pgTime(seconds) }],
      };
    };
    const select = () => ({ targets: [backendId(session(3000, { age: 40 }))], choices: {} });
    const { verdict } = await runStep(world, step, { select });
    expect(verdict.status).toBe('passed');
  });

  it('is inconclusive when the server cannot be read at the end', async () => {
    const world = smallOutage();
    world.onTick = () =>
      world.faults.set('snapshot', fault('database-unreachable', 'orders cannot be reached.'));
    const { verdict } = await runStep(world, step);
    expect(verdict).toMatchObject({ status: 'inconclusive', milestone: null });
  });

  it('re-checks that a suspended source still is, and that something is left', async () => {
    const world = smallOutage();
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    expect(await step.recheck(world.context(), plan, selection)).toEqual([]);
    world.cluster = cluster();
    world.snapshot = { ...world.snapshot, sessions: [] };
    const differences = await step.recheck(world.context(), plan, selection);
    expect(differences.join(' ')).toContain('no longer suspended');
    expect(differences.join(' ')).toContain('None of the 2 selected sessions');
  });

  it('after a crash: unfinished while some are alive, done without claiming the kill otherwise', async () => {
    const world = smallOutage();
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    expect(await step.reconcile(world.context(), plan, selection)).toEqual({ status: 'unfinished' });
    world.snapshot = { ...world.snapshot, sessions: [] };
    const result = await step.reconcile(world.context(), plan, selection);
    expect(result.status).toBe('done');
    expect(JSON.stringify(result)).toContain('it is not known who ended it');
    const again = await step.execute(world.context(), plan, selection);
    expect(again.skipped.map(({ reason }) => reason)).toEqual([
      'It ended before the signal.',
      'It ended before the signal.',
    ]);
  });

  it('has nothing to do on a calm server', async () => {
    const plan = await step.plan(createWorld().context(), {});
    expect(plan.nothingToDo).toContain('No session to kill');
  });

  it('never offers a protected, roleless, replicating or too young session, whatever the world looks like', () => {
    const guard = {
      protectedRoles: ['firebreak', 'postgres'],
      protectedApplications: '^(pg_dump|barman)',
      protectedAddresses: [],
      minimumAgeSeconds: 5,
    };
    const anySession = fc.record({
      pid: fc.integer({ min: 1, max: 40 }),
      age: fc.double({ min: 0, max: 500, noNaN: true }),
      user: fc.constantFrom('firebreak', 'postgres', 'report_generator', 'anna', null),
      applicationName: fc.constantFrom('pg_dump', 'barman_cloud', 'report-generator', 'psql', ''),
      state: fc.constantFrom('active', 'idle in transaction', 'idle in transaction (aborted)'),
      waitEvent: fc.constantFrom(null, 'SyncRep', 'DataFileRead'),
      waitEventType: fc.constantFrom(null, 'Lock', 'IO', 'Client'),
      clientAddress: fc.constantFrom('10.0.7.11', '10.0.3.5', '192.168.4.20', null),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(anySession, { maxLength: 40, selector: ({ pid }) => pid }),
        fc.integer({ min: 0, max: 60 }),
        (raw, onCpu) => {
          const sessions = raw.map(({ pid, ...parts }) => session(pid, parts));
          const lockWaiters = sessions
            .slice(0, 20)
            .map(({ pid }, index) => ({ pid, blockers: [((pid + index) % 40) + 1] }));
          const scene = {
            snapshot: snapshot({ sessions, onCpu, lockWaiters }),
            cluster: cluster({ jobs: [job('x')] }),
          };
          const causes = diagnose(factsOf(scene));
          const params = Params.parse({ olderThanSeconds: 5 });
          const { targets } = selectTargets({ ...scene, causes }, params, guard);
          for (const { identity, id } of targets) {
            const target = sessions.find((item) => backendId(item) === id);
            expect(target).toBeDefined();
            if (target === undefined) continue;
            expect(['firebreak', 'postgres', null]).not.toContain(target.user);
            expect(target.applicationName).not.toMatch(/^(pg_dump|barman)/);
            expect(target.waitEvent).not.toBe('SyncRep');
            expect(target.transactionSeconds).toBeGreaterThanOrEqual(5);
            expect(identity.session.backendStart).toBe(target.backendStart);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows what PostgreSQL or the configuration protects, with the reason, instead of hiding it', () => {
    const shielded = [
      { protectedBy: ['superuser'] },
      { protectedBy: ['backup'] },
      { protectedBy: ['create_index_concurrently'] },
      { waitEvent: 'SyncRep' },
      { user: 'payments' },
    ];
    const sessions = shielded.map((parts, index) => session(index + 1, { applicationName: 'x', ...parts }));
    const guard = {
      protectedRoles: ['payments'],
      protectedApplications: null,
      protectedAddresses: [],
      minimumAgeSeconds: 5,
    };
    const standbys = [standby(), standby({ applicationName: 'nightly', kind: 'backup', state: 'backup' })];
    const scene = { snapshot: snapshot({ sessions, standbys }), cluster: cluster(), causes: [] };
    const { targets, excluded } = selectTargets(scene, Params.parse({}), guard);
    expect(targets).toEqual([]);
    expect(excluded.map(({ label, reason }) => ({ label, reason }))).toEqual([
      { label: 'walsender of standby replica-1', reason: 'Replication is never signalled.' },
      { label: 'base backup by nightly', reason: 'A backup is never signalled.' },
      { label: 'pid 1 · x · 2m00s', reason: expect.stringContaining('superuser') },
      { label: 'pid 2 · x · 2m00s', reason: expect.stringContaining('backup') },
      { label: 'pid 3 · x · 2m00s', reason: expect.stringContaining('invalid index') },
      { label: 'pid 4 · x · 2m00s', reason: expect.stringContaining('committed') },
      { label: 'pid 5 · x · 2m00s', reason: 'Role payments is protected.' },
    ]);
  });

  it('protects every application when the pattern is one that JavaScript cannot read', () => {
    const guard = {
      protectedRoles: [],
      protectedApplications: '(',
      protectedAddresses: [],
      minimumAgeSeconds: 5,
    };
    expect(protectionReason(session(1), guard, 60)).toContain('is protected');
  });
});
