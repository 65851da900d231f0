import { type CronJob, nameOf } from '../../../domain/cluster.ts';
import {
  type CronJobEdit,
  type EditedCronJobs,
  type FieldChange,
  fieldText,
  isAt,
} from '../../../domain/cronjob-change.ts';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { type Done, outcomeOf, type Skipped, verdictOf } from '../../parts.ts';
import { Drifted, type OutcomeOf, type Reconciliation, type StepContext } from '../../step-kind.ts';
import { lookAtCronJob } from './by-hand.ts';
import { changeOf } from './edit-targets.ts';
import { secondsUntilQuiet } from './missed-slot.ts';
import { type CronJobChanged, changeCronJob, nothingChanged } from './patch-one.ts';
import { slotsBetween } from './schedule.ts';

type Ctx = StepContext<'workloads'>;
type Log = { done: Done[]; skipped: Skipped[] };

/** The part of an approved plan that this needs; every kind that changes CronJobs for good has it. */
export interface ApprovedEdits {
  readonly targets: readonly { readonly identity: CronJobEdit }[];
}

const POLL_MS = 2000;
/** A slot that passed since the plan is waited for when it takes no longer than this; seconds. */
const LONGEST_WAIT = 30;

/** What differs from the plan: another CronJob, a field that somebody changed, or a slot that passed since. */
export async function recheckEdits(ctx: Ctx, { targets }: ApprovedEdits): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const now = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
    differences.push(...(now === null ? [gone(identity)] : differencesOf(ctx, identity, now)));
  }
  return differences;
}

function differencesOf(ctx: Ctx, { fields }: CronJobEdit, now: CronJob): string[] {
  const changed = fields
    .filter((change) => now[change.field] !== change.from)
    .map(
      (change) =>
        `${change.field} of CronJob ${nameOf(now)} is ${fieldText(change, now[change.field])} now, and was ${fieldText(change, change.from)} when it was planned.`,
    );
  if (changed.length > 0) return changed;
  return waitFor(ctx, now, fields) > LONGEST_WAIT
    ? [`A slot of CronJob ${nameOf(now)} has passed since the plan, and its run would start at once.`]
    : [];
}

/** Seconds until the change starts no run of a slot that has passed. */
function waitFor(ctx: Ctx, cronJob: CronJob, fields: CronJobEdit['fields']): number {
  if (cronJob.suspended || !fields.some(mayStartRun)) return 0;
  return secondsUntilQuiet({ ...cronJob, ...changeOf(fields) }, ctx.clock.now());
}

/** Another schedule has other slots, and a longer deadline lets more of the passed ones in. */
function mayStartRun({ field, from, to }: FieldChange): boolean {
  if (field !== 'startingDeadlineSeconds') return field === 'schedule' || field === 'timeZone';
  return to === null || (from !== null && to > from);
}

/** Changes each approved CronJob. Safe to repeat: what is done stays done. */
export async function executeEdits(ctx: Ctx, { targets }: ApprovedEdits): Promise<OutcomeOf<EditedCronJobs>> {
  const log: Log = { done: [], skipped: [] };
  const data: EditedCronJobs = { cronJobs: [], knownJobs: [] };
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = `CronJob ${nameOf(identity.ref)}`;
    try {
      const jobs = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
      data.knownJobs.push(...jobs.map(({ uid }) => uid));
      const change = await editOne(ctx, identity);
      const uncertain = change.status === 'unknown';
      if (uncertain) log.skipped.push({ target, reason: `Not known whether it was changed: ${change.why}` });
      else log.done.push({ target, detail: detailOf(identity, change.found) });
      data.cronJobs.push({ ...identity, uncertain, changedAt: ctx.clock.now().toISOString() });
    } catch (error) {
      ctx.signal.throwIfAborted();
      // Nothing was changed yet, so a new plan says what differs; later on it is told with the rest.
      if (error instanceof Drifted && data.cronJobs.length === 0) throw error;
      if (targets.length === 1 && isFirebreakError(error))
        throw nothingChanged(error, identity.ref, [lookAtCronJob(identity.ref)]);
      log.skipped.push({ target, reason: describeError(error).message });
    }
  }
  return editOutcome(data, log);
}

async function editOne(ctx: Ctx, identity: CronJobEdit): Promise<CronJobChanged> {
  const fresh = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
  if (fresh === null) throw new Drifted([gone(identity)]);
  // What an interrupted try has changed already needs no second change.
  if (isAt(fresh, identity.fields, 'to')) return { status: 'changed', found: true };
  const differs = differencesOf(ctx, identity, fresh);
  if (differs.length > 0) throw new Drifted(differs);
  const wait = waitFor(ctx, fresh, identity.fields);
  if (wait > 0) {
    const text = `Waiting ${formatDuration(wait)}, so that the slot that has just passed starts no run.`;
    ctx.progress({ text, series: [] });
    await ctx.clock.sleep(wait * 1000, ctx.signal);
  }
  return await changeCronJob(ctx, fresh, changeOf(identity.fields));
}

/** After a crash: done when it is as wanted, unfinished while some are as before, else a person's matter. */
export async function reconcileEdits(
  ctx: Ctx,
  { targets }: ApprovedEdits,
): Promise<Reconciliation<EditedCronJobs>> {
  const data: EditedCronJobs = { cronJobs: [], knownJobs: [] };
  for (const { identity } of targets) {
    const now = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
    if (now === null) return { status: 'unknown', why: gone(identity) };
    if (isAt(now, identity.fields, 'to')) {
      const jobs = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
      data.knownJobs.push(...jobs.map(({ uid }) => uid));
      data.cronJobs.push({ ...identity, uncertain: false, changedAt: ctx.clock.now().toISOString() });
    } else if (!isAt(now, identity.fields, 'from')) {
      const why = `CronJob ${nameOf(identity.ref)} is neither as it was nor as it was to become; somebody else changed it.`;
      return { status: 'unknown', why };
    }
  }
  if (data.cronJobs.length < targets.length) return { status: 'unfinished' };
  const done = data.cronJobs.map(({ ref }) => ({
    target: `CronJob ${nameOf(ref)}`,
    detail: 'It was found as decided after an interruption of Firebreak.',
  }));
  return { status: 'done', outcome: editOutcome(data, { done, skipped: [] }) };
}

/** Reads every field back, and observes that nothing starts but what a slot announced. */
export async function verifyEdits(
  ctx: Ctx,
  { data, skipped }: OutcomeOf<EditedCronJobs>,
  observeSeconds: number,
): Promise<Verdict> {
  const start = ctx.clock.steady();
  for (;;) {
    const { problems, unread } = await lookAtAll(ctx, data);
    const seconds = (ctx.clock.steady() - start) / 1000;
    const left = skipped.map(({ target, reason }) => `${target}: ${reason}`);
    const situation = {
      known: [],
      unknown: unread,
      done: left,
      next: data.cronJobs.map(({ ref }) => lookAtCronJob(ref)),
    };
    if (problems.length > 0) return { ...verdictOf('failed', problems.join(' ')), situation };
    if (seconds >= observeSeconds) {
      if (unread.length > 0) return { ...verdictOf('inconclusive', unread.join(' ')), situation };
      if (left.length > 0) return { ...verdictOf('failed', `Not changed: ${left.join(' ')}`), situation };
      const quiet =
        observeSeconds === 0 ? '' : `; nothing unannounced started within ${formatDuration(seconds)}`;
      return verdictOf(
        'passed',
        `${formatCount(data.cronJobs.length, 'CronJob')} read back as decided${quiet}.`,
      );
    }
    ctx.progress({ text: `Nothing unannounced started for ${formatDuration(seconds)}.`, series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function lookAtAll(ctx: Ctx, data: EditedCronJobs): Promise<{ problems: string[]; unread: string[] }> {
  const problems: string[] = [];
  const unread: string[] = [];
  for (const edited of data.cronJobs) {
    try {
      problems.push(...(await problemsOf(ctx, edited, data.knownJobs)));
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`CronJob ${nameOf(edited.ref)} could not be read: ${describeError(error).message}`);
    }
  }
  return { problems, unread };
}

async function problemsOf(
  ctx: Ctx,
  { ref, fields, changedAt }: EditedCronJobs['cronJobs'][number],
  knownJobs: readonly string[],
): Promise<string[]> {
  const now = await ctx.ports.workloads.cronJob(ref, ctx.signal);
  if (now === null) return [`CronJob ${nameOf(ref)} does not exist any more, or was made anew.`];
  const wrong = fields.filter(({ field, to }) => now[field] !== to);
  if (wrong.length > 0) {
    const values = wrong.map(
      (change) =>
        `${change.field} is ${fieldText(change, now[change.field])}, not ${fieldText(change, change.to)}`,
    );
    return [`CronJob ${nameOf(ref)} is not as decided: ${values.join(', ')}. Somebody changed it back.`];
  }
  const jobs = await ctx.ports.workloads.unfinishedJobs(ref, ctx.signal);
  const news = jobs.filter(({ uid }) => !knownJobs.includes(uid));
  const announced = slotsBetween(now, new Date(changedAt), ctx.clock.now(), 10).length;
  if (news.length <= announced) return [];
  const names = news.map(({ name }) => name).join(', ');
  return [`CronJob ${nameOf(ref)} started ${names} though no slot was due: suspend it if that hurts.`];
}

function editOutcome(data: EditedCronJobs, log: Log): OutcomeOf<EditedCronJobs> {
  const texts = log.done.map(({ target, detail }) => `${target}: ${detail}`);
  return outcomeOf({
    summary: texts.length === 0 ? 'No CronJob is known to have been changed.' : `${texts.join('; ')}.`,
    ...log,
    data,
  });
}

function detailOf({ fields }: CronJobEdit, found: boolean): string {
  const values = fields.map(
    (change) => `${change.field} ${fieldText(change, change.to)}, before ${fieldText(change, change.from)}`,
  );
  return `${values.join('; ')}${found ? '; it was found so' : ''}`;
}

function gone({ ref }: CronJobEdit): string {
  return `CronJob ${nameOf(ref)} does not exist any more, or was made anew.`;
}
