import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as resume } from '../../src/steps/kubernetes/resume-cronjob.ts';
import { step as suspend } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { cronJob, job, outage, snapshot } from '../support/fixtures.ts';
import { createWorld, runStep, type World } from '../support/ports.ts';

const how = (value: string, suspendedJobs = 'delete') => ({
  targets: ['cj-1'],
  choices: { how: value, suspendedJobs },
});

/** A world in which the run has suspended the CronJob, ten minutes ago unless told otherwise. */
async function afterSuspension(minutes = 10) {
  const world = createWorld({ snapshot: outage() });
  const earlier = [await runStep(world, suspend)];
  world.snapshot = snapshot();
  world.changes.length = 0;
  await world.context().clock.sleep(minutes * 60_000, new AbortController().signal);
  return { world, earlier };
}

function current(world: World) {
  return world.cluster.cronJobs.find(({ uid }) => uid === 'cj-1');
}

describe('kubernetes.resume-cronjob', () => {
  it('reschedules off-peak by default, with a deadline that lets nothing start now', async () => {
    const { world, earlier } = await afterSuspension();
    const { plan, outcome, verdict } = await runStep(world, resume, { earlier });
    expect(plan.warnings.join(' ')).toContain('missed 5 slots');
    expect(plan.warnings.join(' ')).toContain('would at once start the run of 2024-11-15 14:48 UTC');
    expect(plan.choices[0]).toMatchObject({ id: 'how', default: 'reschedule' });
    const consequences = plan.choices.flatMap(({ options }) => options.map((option) => option.consequence));
    expect(consequences.filter((consequence) => consequence.length > 75)).toEqual([]);
    expect(plan.choices[0]?.options[0]?.consequence).toBe(
      'Nothing starts now. Next run: 2024-11-16 03:00 UTC.',
    );
    expect(current(world)).toMatchObject({
      suspended: false,
      schedule: '0 3 * * *',
      startingDeadlineSeconds: 3600,
    });
    expect(world.changes.at(0)).toBe('delete job report-generator-28861356');
    expect(outcome.data).toMatchObject({
      cronJobs: [{ action: 'rescheduled', previousSchedule: '*/2 * * * *', previousDeadlineSeconds: null }],
    });
    expect(verdict.status).toBe('passed');
  });

  it('resumes on the present schedule only when the last slot is out of reach', async () => {
    const { world, earlier } = await afterSuspension();
    const slot = Date.UTC(2024, 10, 15, 14, 48);
    const before = world.context().clock.now().getTime();
    let patchedAt = 0;
    world.onTick = () => {
      if (patchedAt === 0 && current(world)?.suspended === false)
        patchedAt = world.context().clock.now().getTime();
    };
    const { verdict } = await runStep(world, resume, { earlier, select: () => how('resume') });
    expect(before - slot).toBeLessThan(15_000);
    expect(patchedAt - slot).toBeGreaterThan(15_000);
    expect(current(world)).toMatchObject({
      suspended: false,
      schedule: '*/2 * * * *',
      startingDeadlineSeconds: 15,
    });
    expect(verdict.status).toBe('passed');
  });

  it('offers the named windows of the runbook, each in its own time zone, and takes the chosen one', async () => {
    const { world, earlier } = await afterSuspension();
    const windows = [
      { name: 'night in Seoul', schedule: '0 4 * * *', timeZone: 'Asia/Seoul' },
      { name: 'weekend', schedule: '0 6 * * 6' },
    ];
    const { plan, outcome, verdict } = await runStep(world, resume, {
      earlier,
      params: { windows },
      select: () => how('window:night in Seoul'),
    });
    expect(plan.choices[0]?.options.map(({ value }) => value)).toEqual([
      'reschedule',
      'window:night in Seoul',
      'window:weekend',
      'resume',
      'keep',
    ]);
    expect(plan.choices[0]?.options[1]?.consequence).toContain('Nothing starts now. Next run: ');
    expect(current(world)).toMatchObject({ suspended: false, schedule: '0 4 * * *', timeZone: 'Asia/Seoul' });
    expect(outcome.data).toMatchObject({
      cronJobs: [{ action: 'rescheduled', previousSchedule: '*/2 * * * *' }],
    });
    expect(verdict.status).toBe('passed');
    expect(resume.params.safeParse({ windows: [{ name: 'x', schedule: 'nightly' }] }).success).toBe(false);
  });

  it('keeps it suspended with a reminder, and changes nothing', async () => {
    const { world, earlier } = await afterSuspension();
    const { outcome, verdict } = await runStep(world, resume, { earlier, select: () => how('keep') });
    expect(world.changes).toEqual([]);
    expect(outcome.summary).toContain('kept suspended');
    expect(verdict).toMatchObject({ status: 'passed' });
    expect(verdict.evidence).toContain('do not forget it');
  });

  it('fails when a Job starts that no slot announced, and not when one did', async () => {
    const start = (world: World) => {
      world.onTick = () => {
        if (
          current(world)?.suspended === false &&
          !world.cluster.jobs.some(({ name }) => name === 'surprise')
        ) {
          world.cluster = { ...world.cluster, jobs: [...world.cluster.jobs, job('surprise')] };
        }
      };
    };
    const first = await afterSuspension();
    start(first.world);
    const { verdict } = await runStep(first.world, resume, { earlier: first.earlier });
    expect(verdict.status).toBe('failed');
    expect(verdict.evidence).toContain('started surprise though no slot was due');
    const second = await afterSuspension(11.8);
    const plan = await resume.plan(second.world.context(second.earlier), { observeSeconds: 60 });
    const ctx = second.world.context(second.earlier);
    const outcome = await resume.execute(ctx, plan, how('resume'));
    await ctx.clock.sleep(15_000, ctx.signal);
    start(second.world);
    expect((await resume.verify(ctx, plan, how('resume'), outcome)).status).toBe('passed');
  });

  it('remembers the Jobs that a repeated suspension dealt with', async () => {
    const { world, earlier } = await afterSuspension();
    world.cluster = { ...world.cluster, jobs: [...world.cluster.jobs, job('late')] };
    world.snapshot = outage();
    const again = await runStep(world, suspend, { earlier });
    expect(again.outcome.data).toMatchObject({ cronJobs: [{ previousSuspend: true }] });
    const plan = await resume.plan(world.context([...earlier, again]), {});
    expect(plan.targets[0]?.identity).toMatchObject({
      jobs: [{ name: 'report-generator-28861356' }, { name: 'late' }],
    });
  });

  it('does not touch what was suspended before the run, or resumed by somebody else', async () => {
    const { world, earlier } = await afterSuspension();
    world.cluster = { ...world.cluster, cronJobs: [cronJob()], jobs: [] };
    const gone = await resume.plan(world.context(earlier), {});
    expect(gone.nothingToDo).toContain('not suspended any more');
    const none = await resume.plan(world.context(), {});
    expect(none.nothingToDo).toContain('This run suspended no CronJob');
  });

  it('says what differs when the schedule changed, and when a slot passed since the plan', async () => {
    const { world, earlier } = await afterSuspension(11.5);
    world.cluster = {
      ...world.cluster,
      cronJobs: [cronJob({ suspended: true, schedule: '*/5 * * * *' })],
      jobs: [],
    };
    const ctx = world.context(earlier);
    const plan = await resume.plan(ctx, {});
    expect(await resume.recheck(ctx, plan, how('resume'))).toEqual([]);
    await ctx.clock.sleep(60_000, ctx.signal);
    expect((await resume.recheck(ctx, plan, how('resume'))).join(' ')).toContain(
      'A slot of CronJob analytics/report-generator has passed',
    );
    expect(await resume.recheck(ctx, plan, how('keep'))).toEqual([]);
    world.cluster = { ...world.cluster, cronJobs: [cronJob({ suspended: true, schedule: '0 1 * * *' })] };
    expect((await resume.recheck(ctx, plan, how('reschedule'))).join(' ')).toContain('it is "0 1 * * *" now');
  });

  it('after a crash: unfinished as before, done as wanted, unknown when somebody else changed it', async () => {
    const { world, earlier } = await afterSuspension();
    const ctx = world.context(earlier);
    const plan = await resume.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await resume.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    await resume.execute(ctx, plan, selection);
    expect(await resume.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
    world.cluster = { ...world.cluster, cronJobs: [cronJob({ suspended: false, schedule: '9 9 * * *' })] };
    expect(await resume.reconcile(ctx, plan, selection)).toMatchObject({ status: 'unknown' });
  });

  it('is undone by suspending what it started again', async () => {
    const { world, earlier } = await afterSuspension();
    const resumed = await runStep(world, resume, { earlier });
    const plan = await suspend.plan(world.context([...earlier, resumed]), {});
    expect(plan.targets.map(({ label, why }) => [label, why])).toEqual([
      ['analytics/report-generator', 'This run resumed it; suspending undoes that.'],
    ]);
  });

  it('refuses a schedule or zone that Kubernetes would refuse', () => {
    expect(resume.params.safeParse({ offPeakSchedule: 'every day' }).success).toBe(false);
    expect(resume.params.safeParse({ offPeakSchedule: '0 0 3 * * *' }).success).toBe(false);
    expect(resume.params.safeParse({ timeZone: 'Mars/Base' }).success).toBe(false);
    expect(resume.params.safeParse({ offPeakSchedule: '0 3 * * *', timeZone: 'Asia/Seoul' }).success).toBe(
      true,
    );
  });
});
