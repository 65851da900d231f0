import { nameOf } from '../../../domain/cluster.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { verdictOf } from '../../parts.ts';
import { lookAtCronJob } from '../../shared/cronjob/by-hand.ts';
import { secondsUntilSafe } from '../../shared/cronjob/missed-slot.ts';
import { slotsBetween } from '../../shared/cronjob/schedule.ts';
import type { Reconciliation } from '../../step-kind.ts';
import {
  type ApprovedResumption,
  type Ctx,
  type Data,
  HOW,
  type Identity,
  JOBS,
  type ResumptionOutcome,
} from './contract.ts';
import { recordOf, resumptionOutcome } from './execute.ts';
import { matches, sameSettings, wantedSettings } from './settings.ts';

const POLL_MS = 2000;
/** A slot that passed since the plan is waited for when it takes no longer than this; seconds. */
const LONGEST_WAIT = 30;

/** What differs from the plan: identity, the suspended flag, the schedule, or a slot that has passed since. */
export async function recheckResumption(
  ctx: Ctx,
  { targets, choices }: ApprovedResumption,
): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const label = `CronJob ${nameOf(identity.ref)}`;
    const now = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
    if (now === null) {
      differences.push(`${label} does not exist any more, or was made anew.`);
      continue;
    }
    if (now.suspended !== identity.suspended) {
      differences.push(`${label} is ${now.suspended ? 'suspended' : 'no longer suspended'} now.`);
    }
    if (!sameSettings(now, identity.before)) {
      differences.push(
        `The schedule or deadline of ${label} changed meanwhile; it is "${now.schedule}" now.`,
      );
    }
    const wanted = wantedSettings(identity, choices[HOW] ?? 'keep');
    if (wanted !== null && secondsUntilSafe(wanted, ctx.clock.now()) > LONGEST_WAIT) {
      differences.push(`A slot of ${label} has passed since the plan, and its run would start at once.`);
    }
  }
  return differences;
}

/** After a crash: done when it is as wanted, unfinished when it is as before, a person's matter when it is neither. */
export async function reconcileResumption(
  ctx: Ctx,
  { targets, choices }: ApprovedResumption,
): Promise<Reconciliation<Data>> {
  const how = choices[HOW] ?? 'keep';
  const data: Data = { cronJobs: [], knownJobs: [] };
  for (const { identity } of targets) {
    const label = `CronJob ${nameOf(identity.ref)}`;
    const now = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
    if (now === null) return { status: 'unknown', why: `${label} does not exist any more.` };
    const wanted = wantedSettings(identity, how);
    if (wanted !== null && !matches(now, wanted)) {
      return now.suspended === identity.suspended && sameSettings(now, identity.before)
        ? { status: 'unfinished' }
        : {
            status: 'unknown',
            why: `${label} is neither as it was nor as it was to become; somebody else changed it.`,
          };
    }
    const unfinished = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
    const ours = identity.jobs.filter(({ uid }) =>
      unfinished.some((job) => job.uid === uid && job.suspended),
    );
    if (ours.length > 0 && how !== 'keep' && (choices[JOBS] ?? 'leave') !== 'leave')
      return { status: 'unfinished' };
    data.knownJobs.push(...unfinished.map(({ uid }) => uid));
    data.cronJobs.push(recordOf(identity, how, ctx.clock.now()));
  }
  const done = data.cronJobs.map(({ namespace, name }) => ({
    target: `CronJob ${namespace}/${name}`,
    detail: 'It was found as decided after an interruption of Firebreak.',
  }));
  return { status: 'done', outcome: resumptionOutcome(data, { done, skipped: [] }) };
}

/** Observes that the CronJob is as wanted and that nothing starts but what a slot announced. */
export async function verifyResumption(
  ctx: Ctx,
  { targets, params, choices }: ApprovedResumption,
  { data, skipped }: ResumptionOutcome,
): Promise<Verdict> {
  const how = choices[HOW] ?? 'keep';
  const start = ctx.clock.steady();
  for (;;) {
    const { problems, unread } = await findProblems(ctx, targets, how, data);
    const seconds = (ctx.clock.steady() - start) / 1000;
    const situation = {
      known: [],
      unknown: unread,
      done: skipped.map(({ target, reason }) => `${target}: ${reason}`),
      next: targets.map(({ identity }) => lookAtCronJob(identity.ref)),
    };
    if (problems.length > 0) return { ...verdictOf('failed', problems.join(' ')), situation };
    if (unread.length > 0 && seconds >= params.observeSeconds) {
      const text = `After ${formatDuration(seconds)} it could not be read whether it is as decided, and what started.`;
      return { ...verdictOf('inconclusive', text), situation };
    }
    if (seconds >= params.observeSeconds) {
      const kept = how === 'keep' ? ' It stays suspended: do not forget it.' : '';
      return verdictOf(
        'passed',
        `${formatCount(targets.length, 'CronJob')} as decided; nothing unannounced started within ${formatDuration(seconds)}.${kept}`,
      );
    }
    const seen = `Nothing unannounced started for ${formatDuration(seconds)}.`;
    ctx.progress({ text: unread.length === 0 ? seen : unread.join(' '), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function findProblems(
  ctx: Ctx,
  targets: ApprovedResumption['targets'],
  how: string,
  data: Data,
): Promise<{ problems: string[]; unread: string[] }> {
  const problems: string[] = [];
  const unread: string[] = [];
  for (const { identity } of targets) {
    try {
      problems.push(...(await problemsOf(ctx, identity, how, data)));
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`CronJob ${identity.ref.name} could not be read: ${describeError(error).message}`);
    }
  }
  return { problems, unread };
}

async function problemsOf(ctx: Ctx, identity: Identity, how: string, data: Data): Promise<string[]> {
  const { ref } = identity;
  const label = `CronJob ${nameOf(ref)}`;
  const now = await ctx.ports.workloads.cronJob(ref, ctx.signal);
  if (now === null) return [`${label} does not exist any more.`];
  const wanted = wantedSettings(identity, how);
  const right = wanted === null ? now.suspended === identity.suspended : matches(now, wanted);
  if (!right) return [`${label} is not as decided: suspended ${now.suspended}, schedule "${now.schedule}".`];
  const known = new Set([...data.knownJobs, ...identity.jobs.map(({ uid }) => uid)]);
  const news = (await ctx.ports.workloads.unfinishedJobs(ref, ctx.signal)).filter(
    ({ uid }) => !known.has(uid),
  );
  const changedAt = data.cronJobs.find(({ uid }) => uid === ref.uid)?.changedAt;
  const announced =
    wanted === null || changedAt === undefined
      ? 0
      : slotsBetween(wanted, new Date(changedAt), ctx.clock.now(), 10).length;
  if (news.length <= announced) return [];
  return [
    `${label} started ${news.map(({ name }) => name).join(', ')} though no slot was due: suspend it again.`,
  ];
}
