import type { WorkloadRef } from '../../../domain/cluster.ts';
import type { Command } from '../../../domain/plan.ts';

type Named = Pick<WorkloadRef, 'namespace' | 'name'>;

/** Looks at a CronJob and its Jobs. */
export function lookAtCronJob({ namespace, name }: Named): Command {
  return {
    label: `is ${namespace}/${name} suspended, and what of it runs`,
    language: 'text',
    text: `kubectl -n ${namespace} get cronjob,job,pod -o wide | grep -E 'NAME|${name}'`,
  };
}

/** Suspends a CronJob; it may be done twice. */
export function suspendByHand({ namespace, name }: Named): Command {
  return {
    label: `suspend ${namespace}/${name} by hand`,
    language: 'text',
    text: `kubectl -n ${namespace} patch cronjob ${name} --type merge -p '{"spec":{"suspend":true}}'`,
  };
}
