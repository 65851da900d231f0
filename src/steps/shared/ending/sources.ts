import { type ClusterFacts, nameOf } from '../../../domain/cluster.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Source, Sourced } from './source.ts';

/** The different sources of these targets. */
export function distinctSources(identities: readonly Sourced[]): Source[] {
  const sources = identities.flatMap(({ source }) => source ?? []);
  return [...new Map(sources.map((source) => [source.uid, source])).values()];
}

/** What of this would start the queries again, in words for the confirmation; empty when nothing known would. */
export function armedWarnings(identities: readonly Sourced[], cluster: ClusterFacts): string[] {
  return distinctSources(identities).flatMap((source) => [
    ...(source.armed
      ? [
          `CronJob ${nameOf(source)} is NOT suspended (schedule ${source.schedule}): it will start these queries again. Suspend it first.`,
        ]
      : []),
    ...retrying(source, cluster),
  ]);
}

function retrying(source: Source, cluster: ClusterFacts): string[] {
  return cluster.jobs
    .filter((job) => job.cronJob?.uid === source.uid && !job.finished && !job.suspended)
    .map((job) => ({ job, retries: Math.max(0, job.backoffLimit - job.failed) }))
    .filter(({ retries }) => retries > 0)
    .map(
      ({ job, retries }) =>
        `Job ${nameOf(job)} still runs and will retry a killed query: ${formatCount(retries, 'retry', 'retries')} left.`,
    );
}
