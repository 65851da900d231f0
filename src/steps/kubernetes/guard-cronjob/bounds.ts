import type { CronJob } from '../../../domain/cluster.ts';
import type { CronJobField } from '../../../domain/cronjob-change.ts';
import type { Params } from './contract.ts';

/** More retries than this bring a killed query back again and again (audit backoff-limit). */
const MOST_RETRIES = 2;
/** The controller looks every 10 s and may miss a run below that. */
const SHORTEST_START = 15;
/** A run may take half as long again as the longest good one, and never less than this; seconds. */
const SLACK = 1.5;
const SHORTEST_RUN = 600;
const MINUTE = 60;

/** What is known of the runs of a CronJob; seconds, or null. */
export interface Rhythm {
  readonly longestRun: number | null;
  /** Between two slots. */
  readonly interval: number | null;
}

/** The bounds that it lacks, consistent among themselves and with those that it has. */
export function boundsFor(
  cronJob: CronJob,
  rhythm: Rhythm,
  params: Params,
): Partial<Pick<CronJob, CronJobField>> {
  const { startingDeadlineSeconds, activeDeadlineSeconds, concurrencyPolicy, backoffLimit } = cronJob;
  return {
    ...(startingDeadlineSeconds === null ? { startingDeadlineSeconds: startFor(rhythm, params) } : {}),
    ...(activeDeadlineSeconds === null ? { activeDeadlineSeconds: runFor(rhythm, params) } : {}),
    ...(concurrencyPolicy === 'Allow' ? { concurrencyPolicy: 'Forbid' } : {}),
    ...(backoffLimit > MOST_RETRIES ? { backoffLimit: params.backoffLimit } : {}),
  };
}

/** Later than half of its interval the next run is nearer than the one that was missed. */
function startFor({ interval }: Rhythm, { startingDeadlineSeconds }: Params): number {
  if (interval === null) return startingDeadlineSeconds;
  return Math.max(SHORTEST_START, Math.min(startingDeadlineSeconds, Math.floor(interval / 2)));
}

/** A run ends before the next slot, unless a good one takes longer than that. */
function runFor({ longestRun, interval }: Rhythm, { activeDeadlineSeconds }: Params): number {
  const needed = longestRun === null ? null : wholeMinutes(longestRun * SLACK);
  const wanted = needed === null ? activeDeadlineSeconds : Math.max(SHORTEST_RUN, needed);
  if (interval === null) return wanted;
  return Math.max(needed ?? MINUTE, Math.min(wanted, interval));
}

function wholeMinutes(seconds: number): number {
  return Math.max(MINUTE, Math.ceil(seconds / MINUTE) * MINUTE);
}
