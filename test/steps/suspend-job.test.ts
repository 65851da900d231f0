import { describe, expect, it } from 'vitest';
import { step as suspendCronJob } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { step } from '../../src/steps/kubernetes/suspend-job.ts';
import { cluster, job, outage, pod, session } from '../support/fixtures.ts';
import { createWorld, fault, runStep } from '../support/ports.ts';

const bare = cluster({
  podsByIp: {
    '10.0.7.11': [
      pod('10.0.7.11', {
        name: 'backfill-x7k2p',
        owners: [{ kind: 'Job', name: 'backfill', uid: 'uid-backfill' }],
      }),
    ],
  },
  jobs: [job('report-generator-28861356'), job('backfill', { cronJob: null })],
});
const choose = (how: string) => () => ({ targets: ['uid-backfill'], choices: { how } });

describe('kubernetes.suspend-job', () => {
  it('suspends the bare Job that owns the root sessions, leaves the CronJob alone, and verifies', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const { plan, outcome, verdict } = await runStep(world, step);
    expect(plan.targets.map(({ label, selected }) => [label, selected])).toEqual([
      ['analytics/backfill', true],
    ]);
    expect(plan.impact).toContain('does NOT stop the queries');
    expect(plan.commands.map(({ text }) => text)).toEqual([
      'PATCH /apis/batch/v1/namespaces/analytics/jobs/backfill\n{"spec":{"suspend":true}}',
    ]);
    expect(world.changes).toEqual(['suspend job backfill']);
    expect(outcome.data).toMatchObject({ jobs: [{ uid: 'uid-backfill', action: 'suspended' }] });
    expect(verdict.status).toBe('passed');
    const other = await suspendCronJob.plan(createWorld({ snapshot: outage(), cluster: bare }).context(), {});
    expect(other.targets).toEqual([]);
  });

  it('deletes it when so decided', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const { verdict } = await runStep(world, step, { select: choose('delete') });
    expect(world.changes).toEqual(['delete job backfill']);
    expect(verdict.status).toBe('passed');
  });

  it('stops no Job of a CronJob, and nobody when a person is to blame', async () => {
    const ofCronJob = await step.plan(createWorld({ snapshot: outage() }).context(), {});
    expect(ofCronJob.targets).toEqual([]);
    expect(ofCronJob.nothingToDo).toContain('No bare Job owns the root sessions');
    const psql = session(9, { user: 'anna', applicationName: 'psql', clientAddress: '192.168.4.20' });
    const person = createWorld({ snapshot: outage({ sessions: [psql] }), cluster: bare });
    expect((await step.plan(person.context(), {})).targets).toEqual([]);
  });

  it('stops nothing on a guess: a long query on a calm server is no ground', async () => {
    const world = createWorld({ snapshot: outage({ sessions: [session(9)], onCpu: 1 }), cluster: bare });
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('% sure');
  });

  it('names a Job by its own word without selecting it', async () => {
    const named = session(9, { clientAddress: '127.0.0.1', applicationName: 'backfill' });
    const world = createWorld({ snapshot: outage({ sessions: [named] }), cluster: bare });
    const plan = await step.plan(world.context(), {});
    expect(plan.targets.map(({ selected }) => selected)).toEqual([false]);
    expect(plan.warnings.join(' ')).toContain('medium evidence only');
  });

  it('is not passed over when the cluster could not be read', async () => {
    const world = createWorld({
      snapshot: outage(),
      cluster: cluster({ podsByIp: {}, jobs: [], gaps: ['forbidden'] }),
    });
    await expect(step.plan(world.context(), {})).rejects.toMatchObject({ code: 'kubernetes-error' });
  });

  it('sees before it acts that the Job has ended or was stopped by somebody', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const plan = await step.plan(world.context(), {});
    const selection = choose('suspend')();
    expect(await step.recheck(world.context(), plan, selection)).toEqual([]);
    world.cluster = { ...bare, jobs: [job('backfill', { cronJob: null, suspended: true })] };
    expect((await step.recheck(world.context(), plan, selection)).join(' ')).toContain('is suspended now');
    world.cluster = { ...bare, jobs: [] };
    expect((await step.recheck(world.context(), plan, selection)).join(' ')).toContain('has finished');
    await expect(step.execute(world.context(), plan, selection)).rejects.toMatchObject({ name: 'Drifted' });
  });

  it('takes a Job that could not be read for neither ended nor stopped', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const plan = await step.plan(world.context(), {});
    world.cluster = { ...bare, jobs: [], gaps: ['Jobs in analytics: forbidden'] };
    await expect(step.recheck(world.context(), plan, choose('suspend')())).rejects.toMatchObject({
      code: 'kubernetes-error',
    });
    await expect(step.reconcile(world.context(), plan, choose('delete')())).rejects.toMatchObject({
      code: 'kubernetes-error',
    });
  });

  it('after an interruption looks at the Job first', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const plan = await step.plan(world.context(), {});
    const reconciled = async (how: string) =>
      (await step.reconcile(world.context(), plan, choose(how)())).status;
    expect(await reconciled('suspend')).toBe('unfinished');
    world.cluster = { ...bare, jobs: [job('backfill', { cronJob: null, suspended: true })] };
    expect(await reconciled('suspend')).toBe('done');
    expect(await reconciled('delete')).toBe('unfinished');
    world.cluster = { ...bare, jobs: [] };
    expect(await reconciled('delete')).toBe('done');
  });

  it('fails with the line for a terminal when pods go on, and does not know when it cannot read', async () => {
    const world = createWorld({ snapshot: outage(), cluster: bare });
    const { plan, selection, outcome } = await runStep(world, step);
    world.cluster = { ...bare, jobs: [job('backfill', { cronJob: null, suspended: true, active: 1 })] };
    const failed = await step.verify(world.context(), plan, selection, outcome);
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.situation?.next[0]?.text).toContain('kubectl -n analytics patch job backfill');
    world.faults.set('facts', fault('kubernetes-unreachable', 'It does not answer.'));
    expect((await step.verify(world.context(), plan, selection, outcome)).status).toBe('inconclusive');
  });
});
