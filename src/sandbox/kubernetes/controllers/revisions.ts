import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { clone, controllerOf, type KubeObject } from '../objects.ts';
import { REPLICA_SETS } from '../resources.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../workloads.ts';
import type { Cluster } from './controller.ts';

export const DEPLOYMENT_MANAGER = 'kube-controller-manager';
export const REVISION = 'deployment.kubernetes.io/revision';
const TEMPLATE_HASH = 'pod-template-hash';

/** Annotations of a Deployment that its ReplicaSets do not inherit. */
const OWN_ANNOTATIONS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** The ReplicaSets that a Deployment controls. */
export function replicaSetsOf(cluster: Cluster, deployment: Deployment): ReplicaSet[] {
  const all = cluster.store.list(REPLICA_SETS, deployment.metadata.namespace) as ReplicaSet[];
  return all.filter((set) => controllerOf(set)?.uid === deployment.metadata.uid);
}

export function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet of the present template, or undefined while there is none. */
export function currentSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  return sets.find((set) => isDeepStrictEqual(withoutHash(set.spec.template), wanted));
}

/**
 * The present ReplicaSet with the newest revision; made when the template is new. A template that was used before gets
 * its old ReplicaSet back under a new number: its time of creation stays old. Pods are counted by the caller.
 */
export function ensureCurrentSet(
  cluster: Cluster,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet {
  const found = currentSet(deployment, sets);
  const others = sets.filter((set) => set !== found).map(revisionOf);
  const newest = Math.max(0, ...others) + 1;
  const inherited = inheritedAnnotations(deployment);
  if (found === undefined) {
    const set = cluster.registry.create(
      REPLICA_SETS,
      deployment.metadata.namespace,
      newSet(deployment, { ...inherited, [REVISION]: String(newest) }),
      { manager: DEPLOYMENT_MANAGER },
    ) as ReplicaSet;
    return set;
  }
  if (revisionOf(found) >= newest) return found;
  const renumbered = cluster.registry.mutate(REPLICA_SETS, found, DEPLOYMENT_MANAGER, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, ...inherited, [REVISION]: String(newest) };
  });
  return renumbered ?? found;
}

function inheritedAnnotations({ metadata }: Deployment): Record<string, string> {
  const all = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([key]) => !OWN_ANNOTATIONS.has(key)));
}

function newSet(deployment: Deployment, annotations: Record<string, string>) {
  const { name, uid } = deployment.metadata;
  const { selector } = deployment.spec;
  const template = clone(deployment.spec.template);
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      labels,
      annotations,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function withoutHash(template: PodTemplate): PodTemplate {
  const copy = clone(template);
  if (copy.metadata?.labels !== undefined) delete copy.metadata.labels[TEMPLATE_HASH];
  return copy;
}
