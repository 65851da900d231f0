import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';
import { startKubernetesSandbox } from '../../../src/sandbox/kubernetes/server.ts';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-request.ts';

/** The account with only the rights that Firebreak needs (notes: Kubernetes §4). */
export const ACCOUNT = 'firebreak';

/** A cluster under test with a namespace of its own, and two users: an administrator and the limited account. */
export interface Target extends AsyncDisposable {
  readonly real: boolean;
  readonly namespace: string;
  readonly admin: k8s.KubeConfig;
  readonly limited: k8s.KubeConfig;
  raw(request: RawRequest): Promise<RawAnswer>;
  /** Lets time pass until a number of seconds after the next full minute: at once in the sandbox, really elsewhere. */
  passMinute(secondsAfter: number): Promise<void>;
  now(): Date;
}

/** Starts a sandbox, or uses the cluster of the kubeconfig file that KUBECONFIG_REAL names. */
export async function openTarget(): Promise<Target> {
  const namespace = `firebreak-contract-${randomBytes(3).toString('hex')}`;
  const file = process.env.KUBECONFIG_REAL;
  return file === undefined || file === '' ? openSandbox(namespace) : openReal(namespace, file);
}

async function openSandbox(namespace: string): Promise<Target> {
  let offsetMs = 0;
  const now = () => new Date(Date.now() + offsetMs);
  const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
  const sandbox = await startKubernetesSandbox({
    objects: [],
    tokens: { 'admin-token': 'kubernetes-admin', 'limited-token': user },
    podFailureBackoffMs: 300,
    now,
  });
  const admin = load(sandbox.kubeconfig('kubernetes-admin'));
  const limited = load(sandbox.kubeconfig(user));
  await prepare(admin, namespace);
  return {
    real: false,
    namespace,
    admin,
    limited,
    raw: async (request) => sendRaw(request.as === 'limited' ? limited : admin, request),
    now,
    passMinute: async (secondsAfter) => {
      offsetMs += untilMinute(now(), secondsAfter);
    },
    [Symbol.asyncDispose]: async () => sandbox.stop(),
  };
}

async function openReal(namespace: string, file: string): Promise<Target> {
  const admin = new k8s.KubeConfig();
  admin.loadFromFile(file);
  await prepare(admin, namespace);
  const core = admin.makeApiClient(k8s.CoreV1Api);
  const body = { spec: { audiences: [] } };
  const { status } = await core.createNamespacedServiceAccountToken({ name: ACCOUNT, namespace, body });
  const cluster = admin.getCurrentCluster();
  if (cluster === null || status?.token === undefined)
    throw new Error('KUBECONFIG_REAL has no current cluster.');
  const limited = new k8s.KubeConfig();
  limited.loadFromClusterAndUser(cluster, { name: ACCOUNT, token: status.token });
  return {
    real: true,
    namespace,
    admin,
    limited,
    raw: async (request) => sendRaw(request.as === 'limited' ? limited : admin, request),
    now: () => new Date(),
    passMinute: async (secondsAfter) => setTimeout(untilMinute(new Date(), secondsAfter)),
    [Symbol.asyncDispose]: async () => {
      await core.deleteNamespace({ name: namespace });
    },
  };
}

const MINUTE_MS = 60_000;

function untilMinute(now: Date, secondsAfter: number): number {
  return MINUTE_MS - (now.getTime() % MINUTE_MS) + secondsAfter * 1000;
}

function load(yaml: string): k8s.KubeConfig {
  const config = new k8s.KubeConfig();
  config.loadFromString(yaml);
  return config;
}

async function prepare(admin: k8s.KubeConfig, namespace: string): Promise<void> {
  const core = admin.makeApiClient(k8s.CoreV1Api);
  const rbac = admin.makeApiClient(k8s.RbacAuthorizationV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: ACCOUNT } } });
  const rules = [
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  ];
  const metadata = { name: ACCOUNT };
  await rbac.createNamespacedRole({ namespace, body: { metadata, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: ACCOUNT };
  const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }];
  await rbac.createNamespacedRoleBinding({ namespace, body: { metadata, roleRef, subjects } });
}
