import type {
  V1CronJob,
  V1Deployment,
  V1Job,
  V1LimitRange,
  V1Pod,
  V1ReplicaSet,
  V1ResourceQuota,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { Api } from './api.ts';

const PAGE = 500;

interface Page<T> {
  readonly items: T[];
  readonly metadata?: { readonly _continue?: string };
}
type Paging = { limit: number; _continue?: string };

/** Reads a list page by page, so that a namespace with thousands of objects never comes as one answer. A page that fails begins the whole list anew. */
async function allPages<T>(page: (paging: Paging) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const answer = await page(next === undefined ? { limit: PAGE } : { limit: PAGE, _continue: next });
    items.push(...answer.items);
    next = answer.metadata?._continue || undefined;
  } while (next !== undefined);
  return items;
}

export function listCronJobs(api: Api, namespace: string, signal: AbortSignal): Promise<V1CronJob[]> {
  const request = { verb: 'list', resource: 'cronjobs', group: 'batch', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.batch.listNamespacedCronJob({ namespace, ...paging }, options)),
  );
}

export function listJobs(api: Api, namespace: string, signal: AbortSignal): Promise<V1Job[]> {
  const request = { verb: 'list', resource: 'jobs', group: 'batch', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.batch.listNamespacedJob({ namespace, ...paging }, options)),
  );
}

export function listDeployments(api: Api, namespace: string, signal: AbortSignal): Promise<V1Deployment[]> {
  const request = { verb: 'list', resource: 'deployments', group: 'apps', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.apps.listNamespacedDeployment({ namespace, ...paging }, options)),
  );
}

export function listReplicaSets(api: Api, namespace: string, signal: AbortSignal): Promise<V1ReplicaSet[]> {
  const request = { verb: 'list', resource: 'replicasets', group: 'apps', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.apps.listNamespacedReplicaSet({ namespace, ...paging }, options)),
  );
}

export function listAutoscalers(
  api: Api,
  namespace: string,
  signal: AbortSignal,
): Promise<V2HorizontalPodAutoscaler[]> {
  const resource = 'horizontalpodautoscalers';
  const request = { verb: 'list', resource, group: 'autoscaling', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) =>
      api.autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace, ...paging }, options),
    ),
  );
}

export function listResourceQuotas(
  api: Api,
  namespace: string,
  signal: AbortSignal,
): Promise<V1ResourceQuota[]> {
  const request = { verb: 'list', resource: 'resourcequotas', group: '', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.core.listNamespacedResourceQuota({ namespace, ...paging }, options)),
  );
}

export function listLimitRanges(api: Api, namespace: string, signal: AbortSignal): Promise<V1LimitRange[]> {
  const request = { verb: 'list', resource: 'limitranges', group: '', namespace } as const;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.core.listNamespacedLimitRange({ namespace, ...paging }, options)),
  );
}

/** Pods of a namespace that are not finished. */
export function listUnfinishedPods(api: Api, namespace: string, signal: AbortSignal): Promise<V1Pod[]> {
  const request = { verb: 'list', resource: 'pods', group: '', namespace } as const;
  const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
  return api.read(request, signal, (options) =>
    allPages((paging) => api.core.listNamespacedPod({ namespace, fieldSelector, ...paging }, options)),
  );
}

/** Running pods of a namespace: of one IP, or all of them. Finished pods keep their IP and are never meant. */
export function listRunningPods(
  api: Api,
  namespace: string,
  ip: string | null,
  signal: AbortSignal,
): Promise<V1Pod[]> {
  const request = { verb: 'list', resource: 'pods', group: '', namespace } as const;
  const fieldSelector = `${ip === null ? '' : `status.podIP=${ip},`}status.phase=Running`;
  return api.read(request, signal, (options) =>
    allPages((paging) => api.core.listNamespacedPod({ namespace, fieldSelector, ...paging }, options)),
  );
}
