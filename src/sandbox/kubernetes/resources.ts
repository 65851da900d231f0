/** One kind of object that the server serves. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
  readonly verbs: readonly string[];
  /** The server counts changes of `spec` in `metadata.generation`; pods and plain data are not counted. */
  readonly counted: boolean;
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Extra = Partial<Pick<Resource, 'namespaced' | 'subresources' | 'verbs' | 'counted'>>;

function resource(
  groupVersion: string,
  plural: string,
  kind: string,
  short: string,
  extra: Extra = {},
): Resource {
  const [group = '', version = ''] = groupVersion.includes('/')
    ? groupVersion.split('/')
    : ['', groupVersion];
  return {
    group,
    version,
    plural,
    kind,
    shortNames: short === '' ? [] : [short],
    namespaced: true,
    subresources: [],
    verbs: ALL_VERBS,
    counted: false,
    ...extra,
  };
}

const cluster = { namespaced: false } as const;
const review = { namespaced: false, verbs: ['create'] } as const;
const RBAC = 'rbac.authorization.k8s.io/v1';

export const NAMESPACES = resource('v1', 'namespaces', 'Namespace', 'ns', {
  ...cluster,
  subresources: ['status'],
});
export const PODS = resource('v1', 'pods', 'Pod', 'po', { subresources: ['status', 'log', 'eviction'] });
export const EVENTS = resource('v1', 'events', 'Event', 'ev');
export const QUOTAS = resource('v1', 'resourcequotas', 'ResourceQuota', 'quota', {
  subresources: ['status'],
});
export const LIMIT_RANGES = resource('v1', 'limitranges', 'LimitRange', 'limits');
export const SERVICE_ACCOUNTS = resource('v1', 'serviceaccounts', 'ServiceAccount', 'sa');
export const CONFIG_MAPS = resource('v1', 'configmaps', 'ConfigMap', 'cm');
export const SECRETS = resource('v1', 'secrets', 'Secret', '');
const NODES = resource('v1', 'nodes', 'Node', 'no', { ...cluster, subresources: ['status'] });
export const CRON_JOBS = resource('batch/v1', 'cronjobs', 'CronJob', 'cj', {
  subresources: ['status'],
  counted: true,
});
export const JOBS = resource('batch/v1', 'jobs', 'Job', '', { subresources: ['status'], counted: true });
export const DEPLOYMENTS = resource('apps/v1', 'deployments', 'Deployment', 'deploy', {
  subresources: ['status', 'scale'],
  counted: true,
});
export const REPLICA_SETS = resource('apps/v1', 'replicasets', 'ReplicaSet', 'rs', {
  subresources: ['status', 'scale'],
  counted: true,
});
export const ROLES = resource(RBAC, 'roles', 'Role', '');
export const ROLE_BINDINGS = resource(RBAC, 'rolebindings', 'RoleBinding', '');
export const CLUSTER_ROLES = resource(RBAC, 'clusterroles', 'ClusterRole', '', cluster);
export const CLUSTER_ROLE_BINDINGS = resource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', '', cluster);

/** Every resource of the server, in the order of discovery. */
export const RESOURCES: readonly Resource[] = [
  NAMESPACES,
  NODES,
  PODS,
  EVENTS,
  QUOTAS,
  LIMIT_RANGES,
  SERVICE_ACCOUNTS,
  CONFIG_MAPS,
  SECRETS,
  resource('v1', 'services', 'Service', 'svc'),
  resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'pvc'),
  resource('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', '', review),
  resource('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', '', review),
  resource('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', '', review),
  DEPLOYMENTS,
  REPLICA_SETS,
  resource('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'hpa', {
    subresources: ['status'],
  }),
  CRON_JOBS,
  JOBS,
  resource('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', 'netpol'),
  resource('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'pdb', { subresources: ['status'] }),
  ROLES,
  ROLE_BINDINGS,
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
];

/** `cronjobs.batch`, or only `pods` in the core group: how messages name a resource. */
export function qualifiedPlural({ plural, group }: { plural: string; group: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `CronJob.batch`, or only `Pod` in the core group. */
export function qualifiedKind({ kind, group }: Resource): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** `batch/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Finds the resource of a manifest; undefined when this server does not serve it. */
export function resourceOfKind(apiVersion: unknown, kind: unknown): Resource | undefined {
  return RESOURCES.find((known) => known.kind === kind && apiVersionOf(known) === apiVersion);
}
