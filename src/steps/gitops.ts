import type { CronJob } from '../domain/cluster.ts';

/** Warns when a GitOps tool owns the CronJob and would revert a live change; Helm reverts only at its next upgrade. */
export function gitopsWarning({ namespace, name, gitops }: CronJob): string[] {
  if (gitops === null) return [];
  const when =
    gitops.tool === 'Helm'
      ? 'will overwrite this change with its next upgrade'
      : 'may revert this change within minutes; pause its sync or change the repository too';
  return [`${namespace}/${name} is managed by ${gitops.tool} (${gitops.sign}), which ${when}.`];
}
