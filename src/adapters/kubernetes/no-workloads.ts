import { noCluster } from '../../domain/cluster.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { Workloads } from '../../ports/workloads.ts';
import { boundText } from './bounds.ts';
import { patchText, scaleText } from './changes.ts';
import { rollBackText } from './rollback.ts';
import { routeText } from './route.ts';

const NOT_CONFIGURED =
  'Kubernetes is not configured: workloads behind sessions are unknown, and none can be suspended.';

/** Stands in when the configuration names no cluster: facts are one gap, everything else throws `kubernetes-unreachable`. */
export function noWorkloads(): Workloads {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new FirebreakError('kubernetes-unreachable', NOT_CONFIGURED, {
        hint: 'Add a kubernetes section to firebreak.yml.',
      }),
    );
  return {
    namespaces: [],
    answers: () => Promise.resolve(false),
    facts: () => Promise.resolve({ ...noCluster, gaps: [NOT_CONFIGURED] }),
    guardrails: refuse,
    cronJob: refuse,
    batch: refuse,
    routeText,
    routeCronJob: refuse,
    unfinishedJobs: refuse,
    completedJobs: refuse,
    patchText,
    changeCronJob: refuse,
    podUse: refuse,
    bound: refuse,
    boundText,
    createBound: refuse,
    deleteBound: refuse,
    suspendJob: refuse,
    deleteJob: refuse,
    deployment: refuse,
    templateDifferences: refuse,
    scaleText,
    rollBackText,
    scaleDeployment: refuse,
    rollBackDeployment: refuse,
  };
}
