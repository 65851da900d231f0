import * as k8s from '@kubernetes/client-node';
import {
  type KubernetesSandbox,
  type KubernetesSandboxOptions,
  startKubernetesSandbox,
} from '../../../src/sandbox/kubernetes/server.ts';

export const NAMESPACE = 'analytics';

/** A sandbox with the production client on it, as administrator. */
export interface TestCluster extends AsyncDisposable {
  sandbox: KubernetesSandbox;
  batch: k8s.BatchV1Api;
  core: k8s.CoreV1Api;
  /** Moves the cluster's clock on. */
  advance(seconds: number): void;
}

/** Starts a sandbox whose clock can be moved, with short back-offs. */
export async function startCluster(
  objects: unknown[] = [],
  options: Partial<KubernetesSandboxOptions> = {},
): Promise<TestCluster> {
  let offsetMs = 0;
  const sandbox = await startKubernetesSandbox({
    objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, ...objects],
    tokens: { secret: 'kubernetes-admin' },
    podFailureBackoffMs: 200,
    now: () => new Date(Date.now() + offsetMs),
    ...options,
  });
  const config = new k8s.KubeConfig();
  config.loadFromString(sandbox.kubeconfig('kubernetes-admin'));
  return {
    sandbox,
    batch: config.makeApiClient(k8s.BatchV1Api),
    core: config.makeApiClient(k8s.CoreV1Api),
    advance(seconds) {
      offsetMs += seconds * 1000;
    },
    [Symbol.asyncDispose]: async () => sandbox.stop(),
  };
}

/** Sets suspend and the like by merge patch. */
export const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);

/** A container that runs a shell script. */
export function script(text: string) {
  return { name: 'main', image: 'none', command: ['/bin/sh', '-c', text] };
}

/** A Job manifest around one shell script. */
export function jobOf(name: string, text: string, spec: object = {}, restartPolicy = 'Never') {
  const pod = { restartPolicy, terminationGracePeriodSeconds: 1, containers: [script(text)] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: NAMESPACE },
    spec: { ...spec, template: { spec: pod } },
  };
}

/** A CronJob manifest around one shell script. */
export function cronJobOf(name: string, text: string, spec: object = {}) {
  const { apiVersion } = jobOf(name, text);
  const jobTemplate = { spec: jobOf(name, text).spec };
  return {
    apiVersion,
    kind: 'CronJob',
    metadata: { name, namespace: NAMESPACE },
    spec: { schedule: '* * * * *', jobTemplate, ...spec },
  };
}

/** Asks until the answer is there, for at most ten seconds. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ten seconds for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Says whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process of a pod's first container. */
export function pidOf(pod: k8s.V1Pod): number {
  return Number(pod.status?.containerStatuses?.[0]?.containerID?.replace('process://', ''));
}
