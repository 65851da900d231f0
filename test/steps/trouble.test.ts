// oxlint-disable typescript/unbound-method -- the ports of the tests are plain objects of functions
import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { Databases } from '../../src/ports/databases.ts';
import type { Workloads } from '../../src/ports/workloads.ts';
import { step as resume } from '../../src/steps/kubernetes/resume-cronjob.ts';
import { step as suspend } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { step as diagnose } from '../../src/steps/postgres/diagnose.ts';
import { step as kill } from '../../src/steps/postgres/kill-queries.ts';
import { step as watch } from '../../src/steps/recovery/watch.ts';
import { Drifted, type EarlierStep, type StepContext } from '../../src/steps/step-kind.ts';
import { cluster, outage, replica, session, snapshot } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

const away = fault('database-unreachable', 'Database orders (primary) cannot be reached: ECONNREFUSED.');
const clusterAway = fault(
  'kubernetes-unreachable',
  'Kubernetes cannot be reached: it did not answer in time.',
);
/** Sent over an open connection, and never answered. */
const lost = new FirebreakError('database-unreachable', 'The connection was cut.', {
  hint: 'Look at it.',
  retryable: true,
  situation: { unknown: ['Whether it arrived.'] },
});

/** The context of a world with some of its calls done otherwise. */
function disturbed(
  world: World,
  { databases = {}, workloads = {} }: { databases?: Partial<Databases>; workloads?: Partial<Workloads> },
  earlier: readonly EarlierStep[] = [],
): StepContext {
  const ctx = world.context(earlier);
  return {
    ...ctx,
    ports: {
      ...ctx.ports,
      databases: { ...ctx.ports.databases, ...databases },
      workloads: { ...ctx.ports.workloads, ...workloads },
    },
  };
}

/** A cluster that takes a patch and does not answer any more, from then on to nothing. */
function awayFromThePatchOn(world: World) {
  const { changeCronJob, cronJob } = world.context().ports.workloads;
  let isAway = false;
  return {
    async changeCronJob(...request) {
      const answer = await changeCronJob(...request);
      if (request[2].dryRun) return answer;
      isAway = true;
      throw clusterAway;
    },
    cronJob: async (...request) => (isAway ? await Promise.reject(clusterAway) : await cronJob(...request)),
    unfinishedJobs: async () => Promise.reject(clusterAway),
  } satisfies Partial<Workloads>;
}

const threeReports = () =>
  createWorld({ snapshot: outage({ onCpu: 3, sessions: [1000, 1001, 1002].map((pid) => session(pid)) }) });

describe('a primary that cannot be read', () => {
  it('is told with what the others say: CPU, replicas, running Jobs', async () => {
    const world = createWorld({
      snapshot: outage(),
      cpu: { value: 0.97, at: '2024-11-15T14:38:00Z', source: 'Prometheus' },
      replicas: [replica({ replica: 'r1', inRecovery: false })],
    });
    world.faults.set('snapshot', away);
    const ctx = world.context();
    const plan = await diagnose.plan(ctx, {});
    const failed = await diagnose
      .execute(ctx, plan, proposedSelection(plan))
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'database-unreachable',
      situation: {
        known: [
          { name: 'CPU by Prometheus, 14:38:00 UTC', value: '97 %' },
          { name: 'Replica r1, read just now', value: 'promoted, it takes writes; 0 B behind' },
          {
            name: 'Jobs of CronJobs that run now',
            value: 'analytics/report-generator-28861356 of CronJob report-generator',
          },
        ],
      },
    });
  });

  it('that is a standby after a failover is said, and is not taken for recovered', async () => {
    const world = createWorld({ snapshot: snapshot({ inRecovery: true }) });
    const { outcome, verdict } = await runStep(world, diagnose);
    expect(outcome.facts[0]?.value).toContain('is in recovery: it is a standby');
    expect(verdict.evidence).toContain('A failover may be under way');
    const watched = await runStep(world, watch, { params: { timeoutMinutes: 0.2 } });
    expect(watched.verdict).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('is in recovery, a standby and not the primary'),
    });
  });
});

describe('a kill whose connection is lost', () => {
  const run = async (world: World, databases: Partial<Databases>) => {
    const plan = await kill.plan(world.context(), {});
    const ctx = disturbed(world, { databases });
    const outcome = await kill.execute(ctx, plan, proposedSelection(plan));
    return { outcome, verdict: await kill.verify(ctx, plan, proposedSelection(plan), outcome) };
  };

  it('after one signal looks at the world first, and finds that the session ended', async () => {
    const world = threeReports();
    const { signalBackend } = world.context().ports.databases;
    let sent = 0;
    const { outcome, verdict } = await run(world, {
      async signalBackend(...request) {
        sent += 1;
        const answer = await signalBackend(...request);
        if (sent === 1) throw lost;
        return answer;
      },
    });
    expect(world.changes).toEqual(['cancel 1000', 'cancel 1001', 'cancel 1002']);
    expect(outcome.done).toEqual([
      { target: 'pid 1000', detail: 'cancelled (the answer was lost)' },
      { target: 'pid 1001', detail: 'cancelled' },
      { target: 'pid 1002', detail: 'cancelled' },
    ]);
    expect(verdict.status).toBe('passed');
  });

  it('for good sends no third signal, says who got one and of whom nothing is known, and gives the lines', async () => {
    const world = threeReports();
    const { signalBackend } = world.context().ports.databases;
    let sent = 0;
    const { outcome, verdict } = await run(world, {
      async signalBackend(...request) {
        sent += 1;
        if (sent === 1) throw lost;
        if (sent > 2) return await signalBackend(...request);
        throw away;
      },
      alive: async () => Promise.reject(away),
      snapshot: async () => Promise.reject(away),
    });
    expect(sent).toBe(2);
    expect(outcome.summary).toBe(
      '0 of 3 sessions ended; of 1 it is not known; 2 were not signalled. Below is why.',
    );
    expect(outcome.skipped.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^A cancel was sent and never answered; it is not known whether it ended/),
      expect.stringMatching(/^Not signalled: .*ECONNREFUSED/),
      'Not cancelled: the server did not answer the signals before.',
    ]);
    expect(verdict).toMatchObject({
      status: 'inconclusive',
      milestone: null,
      situation: {
        done: ['Sent and never answered: pid 1000.', 'Not signalled at all: pid 1001, 1002.'],
        unknown: [expect.stringMatching(/^Whether pid 1000, 1001, 1002 ended: .*ECONNREFUSED/)],
      },
    });
    expect(verdict.situation?.next[0]?.text).toMatch(
      /^SELECT pg_terminate_backend\(pid\), usename FROM pg_stat_activity WHERE pid = 1000 AND backend_start = '.*' AND xact_start = '.*' AND pg_postmaster_start_time\(\) = '.*';$/,
    );
  });
});

describe('before a kill', () => {
  it('another server than the planned one makes a new plan, with both named', async () => {
    const world = threeReports();
    const plan = await kill.plan(world.context(), {});
    const changed = new FirebreakError('database-changed', 'The server behind orders (primary) changed.', {
      hint: 'Look.',
    });
    const ctx = disturbed(world, { databases: { alive: async () => Promise.reject(changed) } });
    expect(await kill.recheck(ctx, plan, proposedSelection(plan))).toEqual([
      'The server behind orders (primary) changed.',
    ]);
  });

  it('a cluster that is away does not stop it, but is told', async () => {
    const world = threeReports();
    world.cluster = cluster({
      cronJobs: cluster().cronJobs.map((item) => ({ ...item, suspended: true })),
    });
    const plan = await kill.plan(world.context(), {});
    world.faults.set('cronJob', clusterAway);
    expect(await kill.recheck(world.context(), plan, proposedSelection(plan))).toEqual([
      expect.stringMatching(
        /^It could not be read whether CronJob analytics\/report-generator is still suspended/,
      ),
    ]);
    world.faults.set('facts', clusterAway);
    const again = await kill.plan(world.context(), {});
    expect(again.warnings.join(' ')).toContain('Not read: Kubernetes: Kubernetes cannot be reached');
    expect(await kill.recheck(world.context(), again, proposedSelection(again))).toEqual([]);
  });
});

describe('suspending', () => {
  it('is not passed over when the cluster could not be read', async () => {
    const world = createWorld({ snapshot: outage() });
    world.faults.set('facts', clusterAway);
    await expect(suspend.plan(world.context(), {})).rejects.toMatchObject({
      code: 'kubernetes-error',
      situation: {
        known: [{ name: 'Diagnosis' }, { name: 'Clients of the sessions', value: '10.0.3.5, 10.0.7.11' }],
        unknown: [expect.stringContaining('did not answer in time')],
      },
    });
  });

  it('whose answer was lost is looked up, and not sent again', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await suspend.plan(world.context(), {});
    const { changeCronJob } = world.context().ports.workloads;
    const ctx = disturbed(world, {
      workloads: {
        async changeCronJob(...request) {
          const answer = await changeCronJob(...request);
          if (request[2].dryRun) return answer;
          throw clusterAway;
        },
      },
    });
    const outcome = await suspend.execute(ctx, plan, proposedSelection(plan));
    expect(world.changes.filter((change) => change.startsWith('patch'))).toHaveLength(1);
    expect(outcome.done[0]).toEqual({
      target: 'CronJob analytics/report-generator',
      detail: 'suspended; the answer was lost, and it was found so when it was read again',
    });
    expect(outcome.data).toMatchObject({ cronJobs: [{ name: 'report-generator', uncertain: false }] });
  });

  it('that did not arrive says that it was read again and is not suspended', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await suspend.plan(world.context(), {});
    const { changeCronJob } = world.context().ports.workloads;
    const ctx = disturbed(world, {
      workloads: {
        changeCronJob: async (...request) =>
          request[2].dryRun ? await changeCronJob(...request) : await Promise.reject(clusterAway),
      },
    });
    await expect(suspend.execute(ctx, plan, proposedSelection(plan))).rejects.toMatchObject({
      message: expect.stringMatching(
        /did not answer in time\. Read again at 14:38:\d\d UTC, .* was not changed\.$/,
      ),
      situation: { done: ['CronJob analytics/report-generator was not changed.'] },
    });
  });

  it('of which nothing is known is neither claimed nor forgotten', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await suspend.plan(world.context(), {});
    const ctx = disturbed(world, { workloads: awayFromThePatchOn(world) });
    const selection = proposedSelection(plan);
    const outcome = await suspend.execute(ctx, plan, selection);
    expect(outcome.summary).toBe('It is not known whether CronJob analytics/report-generator was suspended.');
    const verdict = await suspend.verify(ctx, plan, selection, outcome);
    expect(verdict.status).toBe('inconclusive');
    const begunAt = '2024-11-15T14:38:00.000Z';
    const step = { stepId: 'suspend', kind: suspend.kind, plan, selection, begunAt, outcome, verdict };
    const later = await resume.plan(world.context([step]), {});
    expect(later.targets.map(({ label }) => label)).toEqual(['analytics/report-generator']);
    // The same when not even an outcome was recorded, as when looking after a crash failed.
    const nothing = await resume.plan(world.context([{ ...step, outcome: null, verdict: null }]), {});
    expect(nothing.targets.map(({ label }) => label)).toEqual(['analytics/report-generator']);
    const skipped = await resume.plan(
      world.context([{ ...step, begunAt: null, outcome: null, verdict: null }]),
      {},
    );
    expect(skipped.nothingToDo).toContain('suspended no CronJob');
  });

  it('of which nothing is known is not forgotten when the next CronJob was changed by somebody', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await suspend.plan(world.context(), {});
    const [target] = plan.targets;
    if (target === undefined) throw new Error('no target');
    const identity = {
      ...(target.identity as object),
      ref: { namespace: 'analytics', name: 'second', uid: 'cj-2' },
    };
    const both = { ...plan, targets: [target, { ...target, id: 'cj-2', identity }] };
    const away = awayFromThePatchOn(world);
    const ctx = disturbed(world, {
      workloads: {
        ...away,
        async cronJob(...request) {
          if (request[0].uid === 'cj-2') throw new Drifted(['CronJob analytics/second was changed.']);
          return await away.cronJob(...request);
        },
      },
    });
    const outcome = await suspend.execute(ctx, both, {
      targets: ['cj-1', 'cj-2'],
      choices: proposedSelection(plan).choices,
    });
    expect(outcome.data).toMatchObject({ cronJobs: [{ uid: 'cj-1', uncertain: true }] });
    expect(outcome.skipped.map(({ reason }) => reason)).toContain('CronJob analytics/second was changed.');
  });

  it('makes a new plan when somebody changes the CronJob at that very moment', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await suspend.plan(world.context(), {});
    const conflict = new FirebreakError('kubernetes-conflict', 'It was modified.', {
      hint: 'Read it again.',
    });
    const ctx = disturbed(world, {
      workloads: {
        async changeCronJob() {
          const [first, ...rest] = world.cluster.cronJobs;
          if (first !== undefined)
            world.cluster = { ...world.cluster, cronJobs: [{ ...first, schedule: '5 5 * * *' }, ...rest] };
          throw conflict;
        },
      },
    });
    const failed = await suspend.execute(ctx, plan, proposedSelection(plan)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Drifted);
    expect(failed).toMatchObject({
      differs: [
        'CronJob analytics/report-generator was changed by somebody else just now: schedule was */2 * * * *, it is 5 5 * * *.',
      ],
    });
  });
});

describe('resuming', () => {
  it('whose answer was lost is looked up, and remembered as done', async () => {
    const world = createWorld({ snapshot: outage() });
    const suspended = await runStep(world, suspend);
    const earlier = [suspended];
    const plan = await resume.plan(world.context(earlier), {});
    const { changeCronJob } = world.context().ports.workloads;
    const ctx = disturbed(
      world,
      {
        workloads: {
          async changeCronJob(...request) {
            const answer = await changeCronJob(...request);
            if (request[2].dryRun) return answer;
            throw clusterAway;
          },
        },
      },
      earlier,
    );
    const outcome = await resume.execute(ctx, plan, proposedSelection(plan));
    expect(outcome.summary).toBe('CronJob analytics/report-generator rescheduled.');
  });

  it('that cannot be measured proves nothing, and is not taken for a failure', async () => {
    const world = createWorld({ snapshot: outage() });
    const earlier = [await runStep(world, suspend)];
    const plan = await resume.plan(world.context(earlier), {});
    const selection = proposedSelection(plan);
    const outcome = await resume.execute(world.context(earlier), plan, selection);
    world.faults.set('cronJob', clusterAway);
    expect(await resume.verify(world.context(earlier), plan, selection, outcome)).toMatchObject({
      status: 'inconclusive',
      situation: { unknown: [expect.stringContaining('could not be read')] },
    });
  });
});
