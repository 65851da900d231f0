import { rbacRules } from '../grants/rbac.ts';
import { outage } from './outage.ts';

/** Service account that Firebreak uses in the drill's cluster. */
export const FIREBREAK_USER = 'system:serviceaccount:firebreak:firebreak';

/** The least rights that Firebreak needs in a namespace. */
export function firebreakRights(namespace: string): unknown[] {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'firebreak', namespace },
      rules: rbacRules(),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'firebreak', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'firebreak' },
      subjects: [{ kind: 'ServiceAccount', name: 'firebreak', namespace: 'firebreak' }],
    },
  ];
}

/** What the drill's cluster contains: the least rights that Firebreak needs, and the CronJob without any limits. */
export function clusterObjects(program: { command: string[]; env: Record<string, string> }): unknown[] {
  const { namespace, cronJob } = outage;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'firebreak' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'firebreak', namespace: 'firebreak' } },
    ...firebreakRights(namespace),
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: cronJob, namespace, labels: { team: 'analytics' } },
      spec: {
        schedule: outage.schedule,
        timeZone: outage.timeZone,
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          metadata: { labels: { app: cronJob } },
          spec: {
            parallelism: outage.pods,
            completions: outage.pods,
            backoffLimit: 40,
            template: {
              metadata: { labels: { app: cronJob } },
              spec: {
                restartPolicy: 'Never',
                terminationGracePeriodSeconds: 2,
                containers: [
                  {
                    name: 'report',
                    image: 'registry.invalid/analytics/report-generator:2024.11',
                    command: program.command,
                    env: Object.entries(program.env).map(([name, value]) => ({ name, value })),
                  },
                ],
              },
            },
          },
        },
      },
    },
  ];
}
