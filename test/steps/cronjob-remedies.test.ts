import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as guard } from '../../src/steps/kubernetes/guard-cronjob.ts';
import { offPeakSchedule } from '../../src/steps/kubernetes/reschedule-cronjob/off-peak.ts';
import { step as reschedule } from '../../src/steps/kubernetes/reschedule-cronjob.ts';
import { step as restore } from '../../src/steps/kubernetes/restore-cronjob.ts';
import { peakUse, peakWindows } from '../../src/steps/shared/cronjob/peak-hours.ts';
import { scheduleProblem } from '../../src/steps/shared/cronjob/schedule.ts';
import { batch } from '../support/audit-facts.ts';
import { batchWorld } from '../support/batch-world.ts';
import { job } from '../support/fixtures.ts';
import { runStep, type World } from '../support/ports.ts';

const argo = { tool: 'Argo CD', sign: 'label argocd.argoproj.io/instance=analytics' } as const;

function current(world: World, name: string) {
  return world.cluster.cronJobs.find((one) => one.name === name);
}

/** Gives the world these CronJobs instead of its own. */
function withBatches(world: World, ...items: ReturnType<typeof batch>[]): World {
  world.guardrails = { ...world.guardrails, batches: [{ namespace: 'analytics', items, problem: null }] };
  world.cluster = { ...world.cluster, cronJobs: items };
  return world;
}

describe('kubernetes.reschedule-cronjob', () => {
  it('moves what starts in the peak, keeps days and frequency, and lets nothing start now', async () => {
    const world = batchWorld();
    const { plan, outcome, verdict } = await runStep(world, reschedule);
    expect(plan.summary).toBe(
      'Move CronJob analytics/report-generator, CronJob analytics/sync out of the peak (09:00-22:00 Asia/Seoul).',
    );
    expect(current(world, 'report-generator')).toMatchObject({
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      startingDeadlineSeconds: 3600,
    });
    expect(current(world, 'sync')).toMatchObject({
      schedule: '*/2 0-8,22-23 * * 1-5',
      timeZone: 'Asia/Seoul',
    });
    expect(plan.warnings.join(' ')).toContain('analytics/sync runs less often then');
    expect(plan.warnings.join(' ')).not.toContain('report-generator runs less often');
    expect(plan.targets[0]?.facts).toContainEqual({
      name: 'Next run',
      value: '2024-11-16 03:00 Asia/Seoul, now 2024-11-16 14:00 Asia/Seoul',
    });
    expect(plan.commands[0]?.text).toContain('"schedule":"0 3 * * *"');
    expect(outcome.done).toHaveLength(2);
    expect(verdict.evidence).toContain('2 CronJobs read back as decided');
    const again = await reschedule.plan(world.context(), {});
    expect(again.nothingToDo).toBe('None of 2 CronJobs starts in the peak.');
  });

  it('says so where no peak is configured, and leaves suspended and unknown CronJobs to a person', async () => {
    const world = batchWorld({ suspended: true });
    const { excluded } = await reschedule.plan(world.context(), {});
    expect(excluded[0]?.reason).toContain('It is suspended');
    world.setup = { ...world.setup, peak: null };
    expect((await reschedule.plan(world.context(), {})).nothingToDo).toContain('add audits.peak');
    const other = withBatches(batchWorld(), batch('cleanup', { schedule: '0 14 * * *' }));
    expect((await reschedule.plan(other.context(), {})).targets).toMatchObject([{ selected: false }]);
  });

  it('does not change what a GitOps tool owns, and gives the patch to commit', async () => {
    const mixed = batchWorld({ gitops: argo });
    const plan = await reschedule.plan(mixed.context(), {});
    expect(plan.targets.map(({ owner }) => owner)).toEqual(['CronJob analytics/sync']);
    expect(plan.excluded[0]?.reason).toContain('managed by Argo CD');
    expect(plan.commands.at(-1)).toMatchObject({
      label: 'to commit where Argo CD deploys analytics/report-generator from',
      text: expect.stringContaining('schedule: 0 3 * * *'),
    });
    const all = withBatches(batchWorld(), batch('report', { schedule: '0 14 * * *', gitops: argo }));
    await expect(reschedule.plan(all.context(), {})).rejects.toMatchObject({
      code: 'gitops-managed',
      situation: { next: [{ text: expect.stringContaining('kind: CronJob') }] },
    });
    expect([...mixed.changes, ...all.changes]).toEqual([]);
  });

  it('finds out by itself when somebody changed the schedule meanwhile, and changes nothing', async () => {
    const world = batchWorld();
    const ctx = world.context();
    const plan = await reschedule.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await reschedule.recheck(ctx, plan, selection)).toEqual([]);
    withBatches(world, batch('report-generator', { schedule: '0 10 * * *', startingDeadlineSeconds: null }));
    expect((await reschedule.recheck(ctx, plan, selection)).join(' ')).toContain('schedule of CronJob');
    await expect(reschedule.execute(ctx, plan, selection)).rejects.toThrow(
      'was 0 14 * * * when it was planned',
    );
    expect(world.changes).toEqual([]);
    expect(await reschedule.reconcile(ctx, plan, selection)).toMatchObject({ status: 'unknown' });
  });

  it('fails when a Job starts that no slot announced', async () => {
    const world = batchWorld();
    world.onTick = () => {
      const cronJob = { name: 'report-generator', uid: 'uid-report-generator' };
      world.cluster = { ...world.cluster, jobs: [job('surprise', { cronJob })] };
    };
    const { verdict } = await runStep(world, reschedule);
    expect(verdict).toMatchObject({ status: 'failed' });
    expect(verdict.evidence).toContain('started surprise though no slot was due');
  });
});

describe('a quiet schedule', () => {
  const at = new Date('2024-11-15T05:23:00Z');

  it.each([
    ['0 14 * * *', '09:00-22:00', '0 3 * * *'],
    ['30 14 1 * *', '09:00-22:00', '0 3 1 * *'],
    ['@daily', '22:00-06:00', '0 14 * * *'],
    ['@hourly', '09:00-22:00', '0 0-8,22-23 * * *'],
    ['0 */4 * * *', '09:00-22:00', '0 0,4,8 * * *'],
    ['15 9,13,17 * * 1-5', '09:00-22:00', '15 0,3,7 * * 1-5'],
    ['*/5 * * * *', '09:30-21:30', '*/5 0-8,22-23 * * *'],
  ])('%s beside a peak of %s becomes %s', (schedule, window, moved) => {
    const peak = { window, timeZone: 'Asia/Seoul' };
    const year = { peak, windows: peakWindows(peak, at), at };
    const params = { night: '03:00', apartMinutes: 15, frequent: 'outside-peak' } as const;
    expect(offPeakSchedule({ schedule, timeZone: null }, year, params, 0)?.schedule).toBe(moved);
  });

  it('never meets a peak of the next year, in any zone with summer time', () => {
    const clock = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.constantFrom(0, 15, 30) });
    const text = ({ hour, minute }: { hour: number; minute: number }) =>
      `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    const field = (max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 2, max: 6 }).map((step) => `*/${step}`),
        fc.integer({ min: 0, max }).map(String),
        fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max })).map(([a, b]) => `${a}-${b}`),
      );
    const zone = fc.constantFrom('Asia/Seoul', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe');
    let made = 0;
    fc.assert(
      fc.property(
        fc.tuple(clock, clock).filter(([from, to]) => text(from) !== text(to)),
        field(59),
        field(23),
        zone,
        fc.integer({ min: 0, max: 5 }),
        ([from, to], minute, hour, timeZone, place) => {
          const peak = { window: `${text(from)}-${text(to)}`, timeZone };
          const windows = peakWindows(peak, at);
          const params = { night: '03:00', apartMinutes: 15, frequent: 'outside-peak' } as const;
          const cron = { schedule: `${minute} ${hour} * * *`, timeZone: null };
          const moved = offPeakSchedule(cron, { peak, windows, at }, params, place);
          if (moved === null) return;
          made += 1;
          expect(scheduleProblem(moved)).toBeNull();
          expect(peakUse(moved, windows, at).hit).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
    expect(made).toBeGreaterThan(10);
  });
});

describe('kubernetes.guard-cronjob', () => {
  it('sets what is missing as one set that fits the interval and the longest good run', async () => {
    const world = batchWorld();
    const cronJob = { name: 'report-generator', uid: 'uid-report-generator' };
    world.cluster = {
      ...world.cluster,
      jobs: [
        ['05:00:00', '05:20:00'],
        ['05:00:00', '05:31:10'],
      ].map(([from, to], index) =>
        job(`done-${index}`, {
          cronJob,
          finished: true,
          startTime: `2024-11-14T${from}Z`,
          completionTime: `2024-11-14T${to}Z`,
        }),
      ),
    };
    const { plan, verdict } = await runStep(world, guard);
    expect(current(world, 'report-generator')).toMatchObject({
      startingDeadlineSeconds: 300,
      activeDeadlineSeconds: 2820,
      concurrencyPolicy: 'Forbid',
      backoffLimit: 1,
      schedule: '0 14 * * *',
    });
    expect(current(world, 'sync')).toMatchObject({ startingDeadlineSeconds: 60, activeDeadlineSeconds: 120 });
    expect(plan.targets[0]?.facts).toContainEqual({ name: 'Longest good run', value: '31m10s, of 2 kept' });
    expect(plan.warnings.join(' ')).toContain('How long analytics/sync takes is not known');
    expect(verdict.status).toBe('passed');
    expect((await guard.plan(world.context(), {})).nothingToDo).toBe('None of 2 CronJobs lacks a bound.');
  });

  it('leaves what is set as it is, and says when a run takes longer than its interval', async () => {
    const cronJob = { name: 'hourly', uid: 'uid-hourly' };
    const item = batch('hourly', {
      schedule: '0 * * * *',
      concurrencyPolicy: 'Replace',
      activeDeadlineSeconds: null,
    });
    const world = withBatches(batchWorld(), item);
    const times = { startTime: '2024-11-15T01:00:00Z', completionTime: '2024-11-15T03:00:00Z' };
    world.cluster = { ...world.cluster, jobs: [job('slow', { cronJob, finished: true, ...times })] };
    const { plan } = await runStep(world, guard, {
      select: (made) => ({ ...proposedSelection(made), targets: made.targets.map(({ id }) => id) }),
    });
    expect(current(world, 'hourly')).toMatchObject({
      concurrencyPolicy: 'Replace',
      startingDeadlineSeconds: 300,
      activeDeadlineSeconds: 10_800,
    });
    expect(plan.warnings.join(' ')).toContain('took 2h00m and starts every 1h00m');
  });
});

describe('kubernetes.restore-cronjob', () => {
  it('gives back exactly what the run changed, from before its first change', async () => {
    const world = batchWorld();
    const before = structuredClone(world.cluster.cronJobs);
    const earlier = [await runStep(world, reschedule)];
    earlier.push(await runStep(world, guard, { earlier }));
    const { verdict } = await runStep(world, restore, { earlier });
    expect(world.cluster.cronJobs).toEqual(before);
    expect(verdict.status).toBe('passed');
    expect((await restore.plan(world.context(earlier), {})).nothingToDo).toContain('as it was already');
  });

  it('keeps a deadline where a slot that passed meanwhile would start a run at once, and says so', async () => {
    const world = batchWorld();
    const earlier = [await runStep(world, reschedule)];
    await world.context().clock.sleep(24 * 3_600_000, new AbortController().signal);
    const { plan } = await runStep(world, restore, { earlier });
    expect(current(world, 'report-generator')).toMatchObject({
      schedule: '0 14 * * *',
      startingDeadlineSeconds: 3600,
    });
    expect(plan.warnings.join(' ')).toContain('report-generator keeps startingDeadlineSeconds 3600');
  });

  it('leaves alone what somebody else has changed since, and what it never changed', async () => {
    const world = batchWorld();
    const earlier = [await runStep(world, reschedule)];
    withBatches(world, batch('report-generator', { schedule: '0 5 * * *', startingDeadlineSeconds: 60 }));
    const plan = await restore.plan(world.context(earlier), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('Somebody changed it since: it is 0 5 * * * now.');
    expect((await restore.plan(batchWorld().context(), {})).nothingToDo).toContain('changed no CronJob');
  });
});
