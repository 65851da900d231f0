import type { KubernetesConfig } from '../../../src/adapters/kubernetes/config.ts';
import { createWorkloads } from '../../../src/adapters/kubernetes/workloads.ts';
import { type KubernetesSandbox, startKubernetesSandbox } from '../../../src/sandbox/kubernetes/server.ts';

export const signal = new AbortController().signal;
export const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const FIREBREAK = 'system:serviceaccount:firebreak:firebreak';
export const READER = 'system:serviceaccount:firebreak:reader';
export const NOBODY = 'system:serviceaccount:firebreak:nobody';
const tokens = { admin: 'kubernetes-admin', full: FIREBREAK, reads: READER, nothing: NOBODY };

/** A CronJob far from its next run, whose pods sleep. */
export function cronJob(name: string, metadata: object = {}) {
  const container = { name: 'main', image: 'sleep', command: ['sleep', '60'] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'analytics', ...metadata },
    spec: {
      schedule: '0 0 1 1 *',
      timeZone: 'Europe/Paris',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: { backoffLimit: 3, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
      },
    },
  };
}

/** A Running pod on a node that the sandbox does not run, so that its status stays as written. */
export function foreignPod(
  name: string,
  ip: string,
  more: { metadata?: object; spec?: object; phase?: string } = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'analytics', ...more.metadata },
    spec: { nodeName: 'other-node', containers: [{ name: 'main', image: 'x' }], ...more.spec },
    status: { phase: more.phase ?? 'Running', podIP: ip, startTime: '2026-11-23T10:00:00Z' },
  };
}

function role(name: string, user: string, rules: object[]) {
  const [, , namespace, account] = user.split(':');
  const meta = { name, namespace: 'analytics' };
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: meta, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ];
}

const grants = [
  ...role('firebreak', FIREBREAK, [
    { apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get', 'list', 'patch'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'patch', 'delete'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] },
    { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
    {
      apiGroups: [''],
      resources: ['resourcequotas', 'limitranges'],
      verbs: ['list', 'get', 'create', 'delete'],
    },
  ]),
  ...role('reader', READER, [{ apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get', 'list'] }]),
];

/** A cluster with RBAC for the users above; the adapter as any of them. */
export async function startCluster(objects: readonly unknown[]) {
  const sandbox = await startKubernetesSandbox({ objects: [...grants, ...objects], tokens });
  const stack = new AsyncDisposableStack();
  stack.use(sandbox);
  return {
    sandbox,
    as(user: string, more: Partial<KubernetesConfig> = {}) {
      const kubeconfig = { text: sandbox.kubeconfig(user) };
      const workloads = createWorkloads({ kubeconfig, namespaces: ['analytics'], logger: silent, ...more });
      stack.defer(() => workloads.close());
      return workloads;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Makes the next requests fail as described; see the sandbox's faults. */
export async function fault(sandbox: KubernetesSandbox, description: object): Promise<void> {
  const answer = await fetch(`${sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify(description),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** A raw request as the cluster's administrator. */
export async function admin(
  sandbox: KubernetesSandbox,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: {
      authorization: 'Bearer admin',
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

export const batch = '/apis/batch/v1/namespaces/analytics';
