import { isIP } from 'node:net';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { ClusterFacts, Pod } from '../../domain/cluster.ts';
import { describeError } from '../../domain/errors.ts';
import type { Api } from './api.ts';
import { toDeployment } from './deployments.ts';
import {
  listAutoscalers,
  listCronJobs,
  listDeployments,
  listJobs,
  listReplicaSets,
  listRunningPods,
} from './lists.ts';
import { Owners } from './owners.ts';
import { controllerOf, toCronJob, toJob, toPod } from './to-domain.ts';

/** Up to this many look-ups by IP; with more, every namespace is listed once. */
const MOST_LOOKUPS = 20;

/** Collects why something is missing, each remedy once. */
class Gaps {
  readonly #byRemedy = new Map<string, string>();

  add(what: string, error: unknown): void {
    const { message, hint } = describeError(error);
    const remedy = `${what}: ${hint}`;
    if (!this.#byRemedy.has(remedy)) this.#byRemedy.set(remedy, `${what}: ${message} ${hint}`);
  }

  list(): string[] {
    return [...this.#byRemedy.values()];
  }
}

/** Everything about the client addresses of a snapshot. What cannot be read becomes a gap; only an abort throws. */
export async function readFacts(
  api: Api,
  namespaces: readonly string[],
  ips: readonly string[],
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const [gaps, deploymentGaps] = [new Gaps(), new Gaps()];
  const addresses = [...new Set(ips)].filter((ip) => isIP(ip) !== 0);
  const inEach = async <T>(
    what: string,
    list: (namespace: string) => Promise<T[]>,
    missing = gaps,
  ): Promise<T[]> => {
    const read = (namespace: string) =>
      list(namespace).catch((error: unknown) => {
        signal.throwIfAborted();
        missing.add(`${what} in namespace ${namespace}`, error);
        return [];
      });
    return (await Promise.all(namespaces.map(read))).flat();
  };

  const [cronJobs, jobs, pods, deployments, replicaSets, autoscalers] = await Promise.all([
    inEach('CronJobs', (namespace) => listCronJobs(api, namespace, signal)),
    inEach('Jobs', (namespace) => listJobs(api, namespace, signal)),
    inEach('Pods', (namespace) =>
      podsOf(api, namespace, addresses, addresses.length * namespaces.length, signal),
    ),
    inEach('Deployments', (namespace) => listDeployments(api, namespace, signal), deploymentGaps),
    inEach('ReplicaSets', (namespace) => listReplicaSets(api, namespace, signal), deploymentGaps),
    inEach('Autoscalers', (namespace) => listAutoscalers(api, namespace, signal), deploymentGaps),
  ]);
  const owners = new Owners(api, [...jobs, ...replicaSets], signal);
  const found = await Promise.all(
    pods.map(async (pod) =>
      toPod(pod, await owners.chain(pod, (error) => gaps.add('Owners of pods', error))),
    ),
  );
  signal.throwIfAborted();
  return {
    podsByIp: byIp(addresses, found),
    cronJobs: cronJobs.map(toCronJob),
    jobs: jobs
      .filter(isOfInterest)
      .map(toJob)
      .filter(({ finished }) => !finished),
    deployments: deployments.map((deployment) => toDeployment(deployment, replicaSets, autoscalers)),
    deploymentGaps: deploymentGaps.list(),
    gaps: gaps.list(),
  };
}

async function podsOf(
  api: Api,
  namespace: string,
  addresses: readonly string[],
  lookups: number,
  signal: AbortSignal,
): Promise<V1Pod[]> {
  if (addresses.length === 0) return [];
  if (lookups > MOST_LOOKUPS) {
    const wanted = new Set(addresses);
    const all = await listRunningPods(api, namespace, null, signal);
    return all.filter((pod) => wanted.has(pod.status?.podIP ?? ''));
  }
  return (await Promise.all(addresses.map((ip) => listRunningPods(api, namespace, ip, signal)))).flat();
}

/** Jobs of a CronJob or of nobody; those of other controllers are theirs to manage. */
function isOfInterest(job: V1Job): boolean {
  const owner = controllerOf(job.metadata);
  return owner === undefined || owner.kind === 'CronJob';
}

function byIp(addresses: readonly string[], pods: readonly Pod[]): Record<string, Pod[]> {
  return Object.fromEntries(addresses.map((ip) => [ip, pods.filter((pod) => pod.ip === ip)]));
}
