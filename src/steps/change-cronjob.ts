import type { CronJob } from '../domain/cluster.ts';
import { FirebreakError, isFirebreakError } from '../domain/errors.ts';
import type { CronJobChange, Workloads } from '../ports/workloads.ts';

/** Status updates of the controller change the resourceVersion too, so a conflict is read again this many times. */
const CONFLICT_RETRIES = 3;

/**
 * Changes a CronJob: asks the server with dryRun, then patches, against the freshest resourceVersion. The server
 * answers 200 to a field that it ignores, so the returned object is compared with what was asked for.
 * Throws `kubernetes-conflict` when it keeps changing, `kubernetes-not-found` when it is gone.
 */
export async function changeCronJob(
  workloads: Workloads,
  cronJob: CronJob,
  change: CronJobChange,
  signal: AbortSignal,
): Promise<CronJob> {
  let current = cronJob;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await workloads.changeCronJob(current, change, { dryRun: true }, signal);
      const changed = await workloads.changeCronJob(current, change, { dryRun: false }, signal);
      assertChanged(changed, change);
      return changed;
    } catch (error) {
      const again =
        isFirebreakError(error) && error.code === 'kubernetes-conflict' && attempt < CONFLICT_RETRIES;
      if (!again) throw error;
      current = await readAgain(workloads, cronJob, error, signal);
    }
  }
}

async function readAgain(
  workloads: Workloads,
  before: CronJob,
  cause: unknown,
  signal: AbortSignal,
): Promise<CronJob> {
  const fresh = await workloads.cronJob(before, signal);
  if (fresh === null) {
    throw new FirebreakError(
      'kubernetes-not-found',
      `CronJob ${before.namespace}/${before.name} was deleted meanwhile.`,
      {
        hint: 'Plan the step again.',
      },
    );
  }
  const same =
    fresh.schedule === before.schedule &&
    fresh.suspended === before.suspended &&
    fresh.timeZone === before.timeZone;
  if (!same) throw cause;
  return fresh;
}

function assertChanged(changed: CronJob, change: CronJobChange): void {
  const ignored =
    (change.suspend !== undefined && changed.suspended !== change.suspend) ||
    (change.schedule !== undefined && changed.schedule !== change.schedule) ||
    (change.timeZone !== undefined && changed.timeZone !== change.timeZone) ||
    (change.startingDeadlineSeconds !== undefined &&
      changed.startingDeadlineSeconds !== change.startingDeadlineSeconds);
  if (ignored) {
    throw new FirebreakError(
      'kubernetes-error',
      `The Kubernetes API accepted the change of CronJob ${changed.namespace}/${changed.name} and did not make it.`,
      { hint: 'Look for an admission webhook that undoes it, and change the CronJob with kubectl.' },
    );
  }
}
