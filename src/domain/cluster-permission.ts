/** A right in a namespace of the cluster that Firebreak uses, as RBAC names it. */
export interface ClusterPermission {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource behind a slash. */
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly purpose: string;
  /** What does not work without it. */
  readonly without: string;
  /** Firebreak does its main work without it. */
  readonly optional: boolean;
}

/** Everything that Firebreak asks of the API server in a namespace, and nothing more: it lists, it does not watch. */
export const clusterPermissions: readonly ClusterPermission[] = [
  {
    group: 'batch',
    resource: 'cronjobs',
    verbs: ['get', 'list'],
    purpose: 'Find the CronJob behind a session.',
    without: 'A batch is not named as the culprit, so it respawns after it was killed.',
    optional: false,
  },
  {
    group: 'batch',
    resource: 'cronjobs',
    verbs: ['patch'],
    purpose: 'Suspend, resume, reschedule, bound and route a CronJob.',
    without: 'The step says which rule is missing, and a person has to suspend the CronJob by hand.',
    optional: false,
  },
  {
    group: 'batch',
    resource: 'jobs',
    verbs: ['get', 'list'],
    purpose: 'Find the Job between a session and its CronJob, and see whether it is finished.',
    without: 'Sessions are named by their Pod, and nothing proves that a suspended batch has ended.',
    optional: false,
  },
  {
    group: 'batch',
    resource: 'jobs',
    verbs: ['patch', 'delete'],
    purpose: 'Suspend or end the Jobs that run already.',
    without: 'Suspending a CronJob leaves its running Job, which starts its pods again.',
    optional: false,
  },
  {
    group: '',
    resource: 'pods',
    verbs: ['list'],
    purpose: 'Find the Pod of a session by its address.',
    without:
      'Who is behind a session is guessed from application_name and tags, and no action is proposed on a guess.',
    optional: false,
  },
  {
    group: 'apps',
    resource: 'replicasets',
    verbs: ['get', 'list'],
    purpose: 'Name the Deployment behind a session, and its revisions.',
    without: 'Sessions are named by their Pod, and nothing can be rolled back.',
    optional: true,
  },
  {
    group: 'apps',
    resource: 'deployments',
    verbs: ['get', 'list'],
    purpose:
      'Tell how many pods a service has, when it was rolled out last, and what is in the new revision.',
    without: 'A connection storm is not told from a leak by its rollout.',
    optional: true,
  },
  {
    group: 'apps',
    resource: 'deployments',
    verbs: ['patch'],
    purpose: 'Roll a Deployment back to the revision before.',
    without: 'Rolling back says which rule is missing; scaling still works.',
    optional: true,
  },
  {
    group: 'apps',
    resource: 'deployments/scale',
    verbs: ['patch'],
    purpose: 'Scale a Deployment down and back; nothing else of it can be changed with this.',
    without: 'Scaling says which rule is missing.',
    optional: true,
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['list'],
    purpose:
      'Warn that an autoscaler would scale a Deployment back, and tell the most pods that a service can have.',
    without: 'There is no such warning.',
    optional: true,
  },
  {
    group: '',
    resource: 'resourcequotas',
    verbs: ['list'],
    purpose: 'Audit whether a namespace bounds its workloads.',
    without: 'The audits of quotas are listed as not checked.',
    optional: true,
  },
  {
    group: '',
    resource: 'resourcequotas',
    verbs: ['get', 'create', 'delete'],
    purpose: 'Make a ResourceQuota on approval, and remove the one that it made.',
    without: 'The step says which rule is missing, and a person applies the manifest that it shows.',
    optional: true,
  },
  {
    group: '',
    resource: 'limitranges',
    verbs: ['list'],
    purpose: 'Audit whether containers get limits by default.',
    without: 'The audits of limit ranges are listed as not checked.',
    optional: true,
  },
  {
    group: '',
    resource: 'limitranges',
    verbs: ['get', 'create', 'delete'],
    purpose: 'Make a LimitRange on approval, and remove the one that it made.',
    without: 'The step says which rule is missing, and a person applies the manifest that it shows.',
    optional: true,
  },
];
