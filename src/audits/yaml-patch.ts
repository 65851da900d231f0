import type { WorkloadRef } from '../domain/cluster.ts';
import type { Command } from '../domain/plan.ts';

/** A change of a CronJob as a line for a terminal; who deploys from a repository makes the same change there. */
export function cronJobPatch(
  { namespace, name }: WorkloadRef,
  spec: object,
  gitops: string | null,
  type: 'merge' | 'strategic' = 'merge',
): Command {
  return {
    label:
      gitops === null
        ? `${type} patch`
        : `in the repository of ${gitops}, which would take a live change back; what to change as a ${type} patch`,
    language: 'text',
    text: `kubectl -n ${namespace} patch cronjob ${name} --type ${type} -p '${JSON.stringify({ spec })}'`,
  };
}

/** A manifest to apply. */
export function manifest(text: string): Command {
  return { label: 'for kubectl apply -f -, or the repository that you deploy from', language: 'text', text };
}
