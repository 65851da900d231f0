import type { CronJob } from '../../../domain/cluster.ts';
import { cronJobFields } from '../../../domain/cronjob-change.ts';
import { FirebreakError, isFirebreakError, withSituation } from '../../../domain/errors.ts';
import { utcTime } from '../../../domain/format.ts';
import type { Command } from '../../../domain/plan.ts';
import type { CronJobChange } from '../../../ports/workloads.ts';
import { Drifted, type StepContext } from '../../step-kind.ts';
import { lookAtCronJob } from './by-hand.ts';

type Ctx = Pick<StepContext<'workloads'>, 'ports' | 'clock' | 'signal'>;

/** What became of a change. */
export type CronJobChanged =
  /** It was made; `found` when its answer was lost and the CronJob was then read as wanted. */
  | { readonly status: 'changed'; readonly found: boolean }
  /** The answer was lost and the CronJob could not be read either. */
  | { readonly status: 'unknown'; readonly why: string };

/** Status updates of the controller change the resourceVersion too, so a conflict is read again this many times. */
const CONFLICT_RETRIES = 3;

/**
 * Changes a CronJob: asks the server with dryRun, then patches, against the freshest resourceVersion. The server
 * answers 200 to a field that it ignores, so the returned object is compared with what was asked for. A lost answer
 * is never followed by another patch: the CronJob is read, and says whether the change was made.
 * @throws FirebreakError when nothing was changed.
 * @throws Drifted when nothing was changed because somebody else changed or deleted it.
 */
export async function changeCronJob(
  ctx: Ctx,
  cronJob: CronJob,
  change: CronJobChange,
): Promise<CronJobChanged> {
  const { workloads } = ctx.ports;
  let current = cronJob;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await workloads.changeCronJob(current, change, { dryRun: true }, ctx.signal);
      return await patch(ctx, current, change);
    } catch (error) {
      const again =
        isFirebreakError(error) && error.code === 'kubernetes-conflict' && attempt < CONFLICT_RETRIES;
      if (!again) throw error;
      current = await readAgain(ctx, cronJob);
    }
  }
}

async function patch(ctx: Ctx, current: CronJob, change: CronJobChange): Promise<CronJobChanged> {
  try {
    const changed = await ctx.ports.workloads.changeCronJob(current, change, { dryRun: false }, ctx.signal);
    if (!hasChange(changed, change)) throw ignoredChange(changed);
    return { status: 'changed', found: false };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error) || !error.retryable) throw error;
    return await afterLostAnswer(ctx, current, change, error);
  }
}

async function afterLostAnswer(
  ctx: Ctx,
  { namespace, name, uid }: CronJob,
  change: CronJobChange,
  lost: FirebreakError,
): Promise<CronJobChanged> {
  let now: CronJob | null;
  try {
    now = await ctx.ports.workloads.cronJob({ namespace, name, uid }, ctx.signal);
  } catch {
    ctx.signal.throwIfAborted();
    return { status: 'unknown', why: `${lost.message} It could not be read afterwards either.` };
  }
  if (now === null) throw deleted({ namespace, name });
  if (hasChange(now, change)) return { status: 'changed', found: true };
  throw new FirebreakError(
    lost.code,
    `${lost.message} Read again at ${utcTime(ctx.clock.now())}, CronJob ${namespace}/${name} was not changed.`,
    {
      hint: lost.hint,
      retryable: true,
      cause: lost,
      situation: { next: [lookAtCronJob({ namespace, name }), ...(lost.situation?.next ?? [])] },
    },
  );
}

async function readAgain(ctx: Ctx, before: CronJob): Promise<CronJob> {
  const fresh = await ctx.ports.workloads.cronJob(before, ctx.signal);
  if (fresh === null) throw deleted(before);
  const differs = differences(before, fresh);
  if (differs.length > 0) throw new Drifted(differs);
  return fresh;
}

function deleted({ namespace, name }: Pick<CronJob, 'namespace' | 'name'>): Drifted {
  return new Drifted([`CronJob ${namespace}/${name} was deleted meanwhile, or made anew.`]);
}

function differences(before: CronJob, now: CronJob): string[] {
  return ([...cronJobFields, 'suspended'] as const)
    .filter((field) => before[field] !== now[field])
    .map(
      (field) =>
        `CronJob ${now.namespace}/${now.name} was changed by somebody else just now: ${field} was ${before[field] ?? 'unset'}, it is ${now[field] ?? 'unset'}.`,
    );
}

function hasChange(cronJob: CronJob, { suspend, ...change }: CronJobChange): boolean {
  return (
    (suspend === undefined || cronJob.suspended === suspend) &&
    cronJobFields.every((field) => change[field] === undefined || cronJob[field] === change[field])
  );
}

function ignoredChange({ namespace, name }: CronJob): FirebreakError {
  return new FirebreakError(
    'kubernetes-error',
    `The Kubernetes API accepted the change of CronJob ${namespace}/${name} and did not make it.`,
    { hint: 'Look for an admission webhook that undoes it, and change the CronJob with kubectl.' },
  );
}

/** The failure of a step whose only CronJob was certainly not changed, with the line that does it by hand. */
export function nothingChanged(
  error: FirebreakError,
  { namespace, name }: Pick<CronJob, 'namespace' | 'name'>,
  byHand: readonly Command[],
): FirebreakError {
  return withSituation(error, {
    done: [`CronJob ${namespace}/${name} was not changed.`],
    next: [...byHand],
  });
}
