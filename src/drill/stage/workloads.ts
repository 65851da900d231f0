/** How a pod of a workload runs: a command with its environment. */
export interface PodCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The template of pods that run one command and are gone soon after they are deleted. */
export function podTemplate(name: string, program: PodCommand, restartPolicy: 'Never' | 'Always') {
  return {
    metadata: { labels: { app: name } },
    spec: {
      restartPolicy,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: `registry.invalid/${name}:1`,
          command: [...program.command],
          env: Object.entries(program.env).map(([key, value]) => ({ name: key, value })),
        },
      ],
    },
  };
}

/** A Job that retries often, as batch jobs do. */
export function jobSpec(name: string, program: PodCommand, pods: number) {
  return {
    parallelism: pods,
    completions: pods,
    backoffLimit: 40,
    template: podTemplate(name, program, 'Never'),
  };
}

/** The least rights that Firebreak needs in one namespace. */
export function rightsIn(namespace: string, user: { readonly name: string; readonly namespace: string }) {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'firebreak', namespace },
      rules: [
        { apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get', 'list', 'watch', 'patch'] },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'patch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'firebreak', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'firebreak' },
      subjects: [{ kind: 'ServiceAccount', ...user }],
    },
  ];
}
