import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { cluster, cronJob, job, outage, pod, session } from '../support/fixtures.ts';
import { createWorld, fault, runStep } from '../support/ports.ts';

const answer = (value: string) => ({ targets: ['cj-1'], choices: { runningJobs: value } });

describe('kubernetes.suspend-cronjob', () => {
  it('suspends the CronJob that owns the root sessions, and its Job, and verifies', async () => {
    const world = createWorld({ snapshot: outage() });
    const { plan, outcome, verdict } = await runStep(world, step);
    expect(plan.targets.map(({ label, selected }) => [label, selected])).toEqual([
      ['analytics/report-generator', true],
    ]);
    expect(plan.impact).toContain('does NOT stop the queries');
    expect(plan.commands.map(({ text }) => text)).toEqual([
      'PATCH cronjobs/report-generator {"suspend":true}',
      'PATCH /apis/batch/v1/namespaces/analytics/jobs/report-generator-28861356\n{"spec":{"suspend":true}}',
    ]);
    expect(world.changes).toEqual([
      'dry-run report-generator {"suspend":true}',
      'patch report-generator {"suspend":true}',
      'suspend job report-generator-28861356',
    ]);
    expect(outcome.data).toMatchObject({
      cronJobs: [
        {
          uid: 'cj-1',
          previousSuspend: false,
          jobs: [{ name: 'report-generator-28861356', action: 'suspended' }],
        },
      ],
    });
    expect(verdict.status).toBe('passed');
  });

  it('proposes to delete the Jobs where concurrency is forbidden, and says why', async () => {
    const forbidding = cluster({ cronJobs: [cronJob({ concurrencyPolicy: 'Forbid' })] });
    const world = createWorld({ snapshot: outage(), cluster: forbidding });
    const { plan } = await runStep(world, step);
    expect(plan.choices[0]?.default).toBe('delete');
    expect(plan.choices[0]?.options.find(({ value }) => value === 'suspend')?.consequence).toContain(
      'block all later runs',
    );
    expect(world.changes.at(-1)).toBe('delete job report-generator-28861356');
  });

  it('leaves the Jobs alone when so decided, and says so in the verdict', async () => {
    const world = createWorld({ snapshot: outage() });
    const { outcome, verdict } = await runStep(world, step, { select: () => answer('leave') });
    expect(world.changes).toHaveLength(2);
    expect(outcome.skipped[0]?.reason).toContain('as decided');
    expect(verdict.evidence).toContain('1 Job left running as decided');
  });

  it('has nothing to do, with the evidence, when a person is the culprit', async () => {
    const psql = session(9, { user: 'anna', applicationName: 'psql', clientAddress: '192.168.4.20' });
    const world = createWorld({ snapshot: outage({ sessions: [psql] }) });
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('No CronJob owns the root sessions');
    expect(plan.nothingToDo).toContain('person anna: It is no CronJob. Role "anna" is logged in with psql');
  });

  it('has nothing to do when nobody is to blame, and when the evidence is a role alone', async () => {
    const calm = await step.plan(createWorld().context(), {});
    expect(calm.nothingToDo).toContain('No CronJob is to blame');
    const guess = session(9, { applicationName: 'node', clientAddress: '192.168.4.20' });
    const weak = await step.plan(createWorld({ snapshot: outage({ sessions: [guess] }) }).context(), {});
    expect(weak.targets).toEqual([]);
    expect(weak.excluded[0]).toMatchObject({ label: 'CronJob analytics/report-generator' });
    expect(weak.excluded[0]?.reason).toContain('The evidence is weak');
  });

  it('offers a CronJob that is named by medium evidence without selecting it', async () => {
    const named = session(9, { clientAddress: '127.0.0.1' });
    const plan = await step.plan(createWorld({ snapshot: outage({ sessions: [named] }) }).context(), {});
    expect(plan.targets.map(({ selected }) => selected)).toEqual([false]);
    expect(plan.warnings.join(' ')).toContain('medium evidence only');
  });

  it('warns of GitOps and of several unfinished Jobs', async () => {
    const facts = cluster({
      cronJobs: [cronJob({ gitops: { tool: 'Argo CD', sign: 'label argocd.argoproj.io/instance' } })],
      jobs: [job('a'), job('b')],
    });
    const { warnings } = await step.plan(createWorld({ snapshot: outage(), cluster: facts }).context(), {});
    expect(warnings.join('\n')).toContain('managed by Argo CD (label argocd.argoproj.io/instance)');
    expect(warnings.join('\n')).toContain('has 2 unfinished Jobs: a, b');
  });

  it('takes the CronJob that the runbook names, and has nothing to do when it is asleep already', async () => {
    const world = createWorld({ cluster: cluster({ cronJobs: [cronJob({ suspended: true })], jobs: [] }) });
    const plan = await step.plan(world.context(), { cronJob: 'analytics/report-generator' });
    expect(plan.nothingToDo).toContain('already suspended');
    const unknown = await step.plan(world.context(), { cronJob: 'analytics/nope' });
    expect(unknown.nothingToDo).toContain('was not found');
  });

  it('says what differs when the CronJob changed between plan and click', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    expect(await step.recheck(world.context(), plan, selection)).toEqual([]);
    world.cluster = cluster({ cronJobs: [cronJob({ suspended: true, schedule: '0 4 * * *' })] });
    const differences = await step.recheck(world.context(), plan, selection);
    expect(differences.join(' ')).toContain('is suspended now');
    expect(differences.join(' ')).toContain('from "*/2 * * * *" to "0 4 * * *"');
    world.cluster = cluster({ cronJobs: [cronJob({ uid: 'another' })] });
    expect((await step.recheck(world.context(), plan, selection)).join(' ')).toContain('made anew');
  });

  it('fails the verification when GitOps resumes it at once, within 30 s', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    const outcome = await step.execute(world.context(), plan, selection);
    world.cluster = { ...world.cluster, cronJobs: [cronJob()] };
    const verdict = await step.verify(world.context(), plan, selection, outcome);
    expect(verdict).toMatchObject({ status: 'failed' });
    expect(verdict.evidence).toContain('is not suspended');
    expect(world.seconds()).toBe(30);
  });

  it('reports a missing right and does not claim a suspension', async () => {
    const world = createWorld({ snapshot: outage() });
    world.faults.set('changeCronJob', fault('kubernetes-permission', 'pg-guard cannot patch cronjobs.'));
    await expect(runStep(world, step)).rejects.toMatchObject({
      code: 'kubernetes-permission',
      message: 'pg-guard cannot patch cronjobs.',
      situation: {
        done: ['CronJob analytics/report-generator was not changed.'],
        next: [{ text: expect.stringContaining('patch cronjob report-generator --type merge') }],
      },
    });
  });

  it('after a crash finishes what is missing and remembers the state before', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    world.cluster = { ...world.cluster, cronJobs: [cronJob({ suspended: true })] };
    expect(await step.reconcile(world.context(), plan, selection)).toEqual({ status: 'unfinished' });
    const outcome = await step.execute(world.context(), plan, selection);
    expect(world.changes).toEqual(['suspend job report-generator-28861356']);
    expect(outcome.data).toMatchObject({ cronJobs: [{ previousSuspend: false }] });
    const result = await step.reconcile(world.context(), plan, selection);
    expect(result).toMatchObject({
      status: 'done',
      outcome: { data: { cronJobs: [{ previousSuspend: false, jobs: [{ action: 'suspended' }] }] } },
    });
  });

  it('works on the facts that there are when several pods of one CronJob share the blame', async () => {
    const sessions = [session(1), session(2, { clientAddress: '10.0.7.12' })];
    const facts = cluster();
    facts.podsByIp['10.0.7.12'] = [pod('10.0.7.12', { name: 'report-generator-28861357-aaaaa' })];
    const plan = await step.plan(
      createWorld({ snapshot: outage({ sessions }), cluster: facts }).context(),
      {},
    );
    expect(plan.targets).toHaveLength(1);
    expect(plan.targets[0]?.why).toBe(
      'It owns all 2 root sessions. 2 sessions come from the addresses of 2 running pods (10.0.7.11, 10.0.7.12) of Job report-generator-28861356 of CronJob report-generator; no other pod has them.',
    );
  });
});
