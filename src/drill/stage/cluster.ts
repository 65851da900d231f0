import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { LocalProcessRuntime } from '../../sandbox/kubernetes/runtime/local-process-runtime.ts';
import { type KubernetesSandbox, startKubernetesSandbox } from '../../sandbox/kubernetes/server.ts';
import { FIREBREAK_USER, firebreakRights } from '../manifests.ts';
import { jobSpec, type PodCommand, podTemplate } from './workloads.ts';

/** The Job controller's first pause before a failed pod is tried again; a real cluster takes ten seconds. */
const POD_BACKOFF_MS = 1_000;

/** Any object of the API, as far as a drill reads it. */
const KubeObject = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).default([]),
  }),
  spec: z.looseObject({}).default({}),
});
export type KubeObject = z.infer<typeof KubeObject>;

/** Where a workload stands and what its pods run. */
export interface WorkloadOptions {
  readonly namespace: string;
  readonly name: string;
  readonly program: PodCommand;
  readonly pods?: number;
}

/** The sandbox cluster, used as its administrator does; Firebreak has a service account of its own. */
export interface Cluster extends AsyncDisposable {
  readonly sandbox: KubernetesSandbox;
  /** Kubeconfig of Firebreak's service account. */
  readonly kubeconfig: string;
  /** False where pods share the address of everything else on this machine, as on macOS. */
  readonly podAddresses: boolean;
  create(manifest: unknown): Promise<KubeObject>;
  /** Objects of all namespaces, such as `list('apis/batch/v1', 'cronjobs')`. */
  list(api: string, plural: string): Promise<KubeObject[]>;
  /** Merges a patch into an object; `path` as in `/apis/batch/v1/namespaces/x/cronjobs/y`. */
  patch(path: string, patch: unknown): Promise<void>;
  remove(path: string): Promise<void>;
  /** Creates a CronJob and, unless `idle`, starts a run of it now, as its schedule would. */
  cronJob(options: WorkloadOptions & { readonly schedule?: string; readonly idle?: boolean }): Promise<void>;
  job(options: WorkloadOptions): Promise<void>;
  /** Creates a Deployment whose pods run at once. */
  deployment(options: WorkloadOptions): Promise<void>;
}

/** Starts a cluster with these namespaces, in which Firebreak has the least rights that it needs. */
export async function startCluster(namespaces: readonly string[]): Promise<Cluster> {
  const runtime = await LocalProcessRuntime.create();
  const admin = randomBytes(18).toString('hex');
  const sandbox = await startKubernetesSandbox({
    runtime,
    objects: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'firebreak', namespace: 'firebreak' } },
      ...namespaces.flatMap(firebreakRights),
    ],
    tokens: { [randomBytes(18).toString('hex')]: FIREBREAK_USER, [admin]: 'kubernetes-admin' },
    podFailureBackoffMs: POD_BACKOFF_MS,
  });
  const request = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${answer}`);
    return JSON.parse(answer) as unknown;
  };
  const create = async (manifest: unknown) => {
    const { apiVersion, kind, metadata } = Manifest.parse(manifest);
    const group = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    const plural = `${kind.toLowerCase()}s`;
    return KubeObject.parse(
      await request('POST', `/${group}/namespaces/${metadata.namespace}/${plural}`, manifest),
    );
  };
  return {
    sandbox,
    kubeconfig: sandbox.kubeconfig(FIREBREAK_USER),
    podAddresses: runtime.loopbackAddresses,
    create,
    async list(api, plural) {
      const { items } = z
        .object({ items: z.array(KubeObject) })
        .parse(await request('GET', `/${api}/${plural}`));
      return items;
    },
    patch: async (path, patch) => void (await request('PATCH', path, patch, 'application/merge-patch+json')),
    remove: async (path) => void (await request('DELETE', path)),
    async cronJob({ namespace, name, program, pods = 1, schedule = '0 14 * * *', idle = false }) {
      await create({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name, namespace },
        spec: {
          schedule,
          timeZone: 'Etc/UTC',
          concurrencyPolicy: 'Forbid',
          jobTemplate: { spec: jobSpec(name, program, pods) },
        },
      });
      if (!idle) await sandbox.createJobFrom(namespace, name);
    },
    async job({ namespace, name, program, pods = 1 }) {
      await create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace },
        spec: jobSpec(name, program, pods),
      });
    },
    async deployment({ namespace, name, program, pods = 1 }) {
      const labels = { app: name };
      await create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace, labels },
        spec: {
          replicas: pods,
          selector: { matchLabels: labels },
          template: podTemplate(name, program, 'Always'),
        },
      });
    },
    [Symbol.asyncDispose]: async () => sandbox.stop(),
  };
}

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ namespace: z.string() }),
});
