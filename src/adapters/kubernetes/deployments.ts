import type { V1Deployment, V1ReplicaSet, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { Deployment, Revision } from '../../domain/cluster.ts';
import { gitopsOf } from './gitops.ts';
import { controllerOf } from './to-domain.ts';

/** Numbers the revisions of a Deployment, on it and on its ReplicaSets. */
const REVISION = 'deployment.kubernetes.io/revision';

/** A Deployment as it is, with the revisions that are kept of it and with what sets its replicas. */
export function toDeployment(
  object: V1Deployment,
  replicaSets: readonly V1ReplicaSet[],
  autoscalers: readonly V2HorizontalPodAutoscaler[],
): Deployment {
  const { metadata, spec, status } = object;
  const own = replicaSets.filter((set) => controllerOf(set.metadata)?.uid === metadata?.uid);
  const autoscaler = autoscalers.find(
    ({ metadata: place, spec: scaler }) =>
      place?.namespace === metadata?.namespace &&
      scaler?.scaleTargetRef.kind === 'Deployment' &&
      scaler.scaleTargetRef.name === metadata?.name,
  );
  const progress = status?.conditions?.find(({ type }) => type === 'Progressing');
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    resourceVersion: metadata?.resourceVersion ?? '',
    replicas: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    paused: spec?.paused ?? false,
    revisions: own.map(toRevision).sort((a, b) => b.number - a.number),
    rolledOutAt: iso(progress?.lastUpdateTime),
    autoscaler:
      autoscaler === undefined
        ? null
        : {
            name: autoscaler.metadata?.name ?? '',
            min: autoscaler.spec?.minReplicas ?? 1,
            max: autoscaler.spec?.maxReplicas ?? 1,
          },
    gitops: gitopsOf(metadata ?? {}),
  };
}

function toRevision({ metadata, spec }: V1ReplicaSet): Revision {
  const { containers = [], initContainers = [] } = spec?.template?.spec ?? {};
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    number: Number.parseInt(metadata?.annotations?.[REVISION] ?? '0', 10) || 0,
    images: [...containers, ...initContainers].map(({ name, image }) => `${name} ${image ?? '(no image)'}`),
    replicas: spec?.replicas ?? 0,
    createdAt: iso(metadata?.creationTimestamp),
  };
}

function iso(date: Date | undefined): string | null {
  return date === undefined ? null : date.toISOString();
}
