import {
  CRON_JOBS,
  DEPLOYMENTS,
  JOBS,
  LIMIT_RANGES,
  PODS,
  QUOTAS,
  REPLICA_SETS,
  type Resource,
} from './resources.ts';
import { each, type Schema, type Struct, struct } from './schema.ts';

/** Field names of apps/v1, batch/v1 and core/v1, from the Kubernetes API reference v1.32. */
const meta = struct(
  'ObjectMeta',
  'name namespace generateName uid resourceVersion selfLink creationTimestamp deletionTimestamp',
  {
    ...each('generation deletionGracePeriodSeconds', 'int32'),
    ...each('labels annotations', 'map'),
    ...each('managedFields', { list: 'any' }),
    finalizers: { list: 'string' },
    ownerReferences: {
      list: struct(
        'OwnerReference',
        'apiVersion kind name uid',
        each('controller blockOwnerDeletion', 'bool'),
      ),
    },
  },
);

const container = struct(
  'Container',
  'name image workingDir imagePullPolicy restartPolicy terminationMessagePath terminationMessagePolicy',
  {
    ...each('command args', { list: 'string' }),
    ...each('envFrom ports resizePolicy volumeDevices volumeMounts', { list: 'any' }),
    ...each('lifecycle livenessProbe readinessProbe startupProbe securityContext', 'any'),
    ...each('stdin stdinOnce tty', 'bool'),
    env: { list: struct('EnvVar', 'name value', { valueFrom: 'any' }) },
    resources: struct('ResourceRequirements', '', {
      ...each('limits requests', 'any'),
      claims: { list: 'any' },
    }),
  },
);

const podSpec = struct(
  'PodSpec',
  'restartPolicy dnsPolicy serviceAccountName serviceAccount nodeName hostname subdomain schedulerName priorityClassName preemptionPolicy runtimeClassName',
  {
    ...each('containers initContainers', { list: container }),
    ...each(
      'ephemeralContainers volumes imagePullSecrets tolerations hostAliases readinessGates topologySpreadConstraints schedulingGates resourceClaims',
      { list: 'any' },
    ),
    ...each('affinity dnsConfig securityContext os overhead resources', 'any'),
    ...each('terminationGracePeriodSeconds activeDeadlineSeconds priority', 'int32'),
    ...each(
      'automountServiceAccountToken hostNetwork hostPID hostIPC hostUsers shareProcessNamespace enableServiceLinks setHostnameAsFQDN',
      'bool',
    ),
    nodeSelector: 'map',
  },
);

const podTemplate = struct('PodTemplateSpec', '', { metadata: meta, spec: podSpec });

const jobSpec = struct('JobSpec', 'completionMode podReplacementPolicy managedBy', {
  ...each(
    'parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes ttlSecondsAfterFinished',
    'int32',
  ),
  ...each('suspend manualSelector', 'bool'),
  ...each('selector podFailurePolicy successPolicy', 'any'),
  template: podTemplate,
});

const cronJobSpec = struct('CronJobSpec', 'schedule timeZone concurrencyPolicy', {
  suspend: 'bool',
  ...each('startingDeadlineSeconds successfulJobsHistoryLimit failedJobsHistoryLimit', 'int32'),
  jobTemplate: struct('JobTemplateSpec', '', { metadata: meta, spec: jobSpec }),
});

const replicaSetSpec = struct('ReplicaSetSpec', '', {
  ...each('replicas minReadySeconds', 'int32'),
  selector: 'any',
  template: podTemplate,
});

const deploymentSpec = struct('DeploymentSpec', '', {
  ...each('replicas minReadySeconds revisionHistoryLimit progressDeadlineSeconds', 'int32'),
  ...each('selector strategy', 'any'),
  paused: 'bool',
  template: podTemplate,
});

const rootOf = (type: string, spec: Schema): Struct =>
  struct(type, 'apiVersion kind', { metadata: meta, spec, status: 'any' });

const SCHEMAS = new Map<Resource, Struct>([
  [CRON_JOBS, rootOf('CronJob', cronJobSpec)],
  [JOBS, rootOf('Job', jobSpec)],
  [PODS, rootOf('Pod', podSpec)],
  [DEPLOYMENTS, rootOf('Deployment', deploymentSpec)],
  [REPLICA_SETS, rootOf('ReplicaSet', replicaSetSpec)],
  [
    QUOTAS,
    rootOf(
      'ResourceQuota',
      struct('ResourceQuotaSpec', '', { hard: 'any', scopes: { list: 'string' }, scopeSelector: 'any' }),
    ),
  ],
  [LIMIT_RANGES, rootOf('LimitRange', struct('LimitRangeSpec', '', { limits: { list: 'any' } }))],
]);

/** The schema against which bodies of a resource are decoded; undefined for resources that are only stored. */
export function schemaOf(resource: Resource): Struct | undefined {
  return SCHEMAS.get(resource);
}
