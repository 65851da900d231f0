import type { V1CronJob, V1Job, V1ObjectMeta, V1OwnerReference, V1Pod } from '@kubernetes/client-node';
import type { CronJob, Job, Pod } from '../../domain/cluster.ts';
import { gitopsOf } from './gitops.ts';

/** What Kubernetes fills in. */
const DEFAULT_BACKOFF_LIMIT = 6;

/** The owner that controls an object, or undefined. */
export function controllerOf(metadata: V1ObjectMeta | undefined): V1OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

export function toCronJob(object: V1CronJob): CronJob {
  const { spec, status } = object;
  return {
    ...refOf(object.metadata),
    resourceVersion: object.metadata?.resourceVersion ?? '',
    schedule: spec?.schedule ?? '',
    timeZone: spec?.timeZone ?? null,
    suspended: spec?.suspend ?? false,
    concurrencyPolicy: spec?.concurrencyPolicy ?? 'Allow',
    startingDeadlineSeconds: spec?.startingDeadlineSeconds ?? null,
    activeDeadlineSeconds: spec?.jobTemplate.spec?.activeDeadlineSeconds ?? null,
    backoffLimit: spec?.jobTemplate.spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT,
    lastScheduleTime: iso(status?.lastScheduleTime),
    createdAt: iso(object.metadata?.creationTimestamp),
    gitops: gitopsOf(object.metadata ?? {}),
  };
}

export function toJob(object: V1Job): Job {
  const { spec, status } = object;
  const owner = controllerOf(object.metadata);
  return {
    ...refOf(object.metadata),
    resourceVersion: object.metadata?.resourceVersion ?? '',
    cronJob: owner?.kind === 'CronJob' ? { name: owner.name, uid: owner.uid } : null,
    suspended: spec?.suspend ?? false,
    finished: (status?.conditions ?? []).some(
      (condition) =>
        condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
    ),
    active: status?.active ?? 0,
    failed: status?.failed ?? 0,
    backoffLimit: spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT,
    startTime: iso(status?.startTime),
    completionTime: iso(status?.completionTime),
  };
}

/** The owners are the chain that was found, nearest first. */
export function toPod(object: V1Pod, owners: Pod['owners']): Pod {
  return {
    ...refOf(object.metadata),
    ip: object.status?.podIP ?? '',
    hostNetwork: object.spec?.hostNetwork ?? false,
    phase: object.status?.phase ?? 'Unknown',
    startTime: iso(object.status?.startTime),
    owners,
  };
}

function refOf(metadata: V1ObjectMeta | undefined): { namespace: string; name: string; uid: string } {
  return { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '', uid: metadata?.uid ?? '' };
}

function iso(date: Date | undefined): string | null {
  return date === undefined ? null : date.toISOString();
}
