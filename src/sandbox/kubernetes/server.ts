import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cluster } from './controllers/controller.ts';
import { startCronJobController } from './controllers/cron-job-controller.ts';
import { jobByHand } from './controllers/cron-job-template.ts';
import { startDeploymentController } from './controllers/deployment-controller.ts';
import { EventRecorder } from './controllers/event-recorder.ts';
import { startGarbageCollector } from './controllers/garbage-collector.ts';
import { startHousekeeping } from './controllers/housekeeping.ts';
import { startJobController } from './controllers/job-controller.ts';
import { startKubelet } from './controllers/kubelet.ts';
import { startReplicaSetController } from './controllers/replica-set-controller.ts';
import { deleteObject } from './deletion.ts';
import { Faults } from './faults.ts';
import { handleHttp } from './http-handler.ts';
import { kubeconfigYaml } from './kubeconfig.ts';
import { loadManifests } from './manifests.ts';
import { nameSuffix } from './objects.ts';
import { Registry } from './registry.ts';
import { CRON_JOBS, JOBS } from './resources.ts';
import { LocalProcessRuntime } from './runtime/local-process-runtime.ts';
import type { PodRuntime } from './runtime/pod-runtime.ts';
import { ObjectStore } from './store.ts';
import type { CronJob } from './workloads.ts';

/** Settings of a sandbox cluster. */
export interface KubernetesSandboxOptions {
  /** The loopback address to bind; 127.0.0.1 by default. */
  host?: string;
  /** The port to bind; a free one by default. */
  port?: number;
  /** The manifests to start with. Deployments, ReplicaSets, CronJobs, Jobs and Pods run. */
  objects: readonly unknown[];
  /** Bearer token → user name, for example `system:serviceaccount:firebreak:firebreak`. */
  tokens: Readonly<Record<string, string>>;
  /** How containers run; as local processes by default. The sandbox disposes of it on stop. */
  runtime?: PodRuntime;
  /** The clock of schedules, deadlines, back-offs and time stamps. */
  now?: () => Date;
  /** The first delay before a failed pod or container is tried again, in milliseconds; 10 000 by default. */
  podFailureBackoffMs?: number;
}

/** A running sandbox cluster. */
export interface KubernetesSandbox extends AsyncDisposable {
  /** Where the API and the page are, for example http://127.0.0.1:40123. */
  readonly url: string;
  /** True when pods have loopback addresses of their own, so that a server can attribute connections to them. */
  readonly loopbackAddresses: boolean;
  /** A kubeconfig for one of the users of `tokens`. Throws for any other user. */
  kubeconfig(user: string): string;
  /** Runs a CronJob now, as `kubectl create job --from=cronjob/...` does. Returns the Job's name. */
  createJobFrom(namespace: string, cronJob: string): Promise<string>;
  /** Deletes a Job with its pods, as `kubectl delete job` does; nothing when there is none. */
  deleteJob(namespace: string, name: string): Promise<void>;
  /** Kills every pod process, ends watches and closes the server. */
  stop(): Promise<void>;
}

const DEFAULT_BACKOFF_MS = 10_000;

/**
 * Starts a stand-in for a Kubernetes cluster: an API server that answers as measured on v1.32.13, the controllers of
 * CronJobs, Jobs and Deployments, and pods that run as local processes. Throws when a manifest is wrong or the port is taken.
 */
export async function startKubernetesSandbox(options: KubernetesSandboxOptions): Promise<KubernetesSandbox> {
  const { host = '127.0.0.1', port = 0, now = () => new Date(), tokens } = options;
  if (!/^(127\.\d+\.\d+\.\d+|localhost)$/.test(host)) {
    throw new Error(`The Kubernetes sandbox has no TLS and binds loopback only, not ${host}. Use 127.0.0.1.`);
  }
  const runtime = options.runtime ?? (await LocalProcessRuntime.create());
  const cluster = createCluster(now);
  loadManifests(cluster.registry, options.objects);
  const controllers = startControllers(cluster, runtime, options.podFailureBackoffMs ?? DEFAULT_BACKOFF_MS);
  const { log } = controllers.kubelet;
  const backend = { registry: cluster.registry, faults: new Faults(), tokens, log };
  const server = createServer((request, response) => {
    handleHttp(backend, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  let stopping: Promise<void> | undefined;
  const close = async () => {
    controllers.stop();
    await runtime[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const stop = async () => (stopping ??= close());
  return {
    url,
    loopbackAddresses: runtime.loopbackAddresses,
    kubeconfig: (user) => kubeconfigFor(url, user, tokens),
    createJobFrom: async (namespace, name) => createJobFrom(cluster, namespace, name),
    async deleteJob(namespace, name) {
      const job = cluster.store.get(JOBS, namespace, name);
      if (job !== undefined) cluster.delete(JOBS, job, { propagationPolicy: 'Background' });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function createCluster(now: () => Date): Cluster {
  const store = new ObjectStore();
  const registry = new Registry(store, now);
  return {
    store,
    registry,
    now,
    events: new EventRecorder(registry, 'cronjob-controller'),
    delete(resource, object, deletion = {}) {
      const { namespace, name, uid } = object.metadata;
      const current = store.get(resource, namespace, name);
      if (current?.metadata.uid === uid) deleteObject(registry, resource, current, deletion);
    },
  };
}

function startControllers(cluster: Cluster, runtime: PodRuntime, backoffMs: number) {
  const kubelet = startKubelet(cluster, { runtime, restartBackoffMs: backoffMs });
  const all = [
    startCronJobController(cluster),
    startJobController(cluster, { podFailureBackoffMs: backoffMs }),
    startDeploymentController(cluster),
    startReplicaSetController(cluster),
    startGarbageCollector(cluster),
    startHousekeeping(cluster),
    kubelet,
  ];
  return {
    kubelet,
    stop() {
      for (const controller of all) controller.stop();
    },
  };
}

function kubeconfigFor(url: string, user: string, tokens: Readonly<Record<string, string>>): string {
  const token = Object.keys(tokens).find((candidate) => tokens[candidate] === user);
  if (token === undefined) {
    throw new Error(`The sandbox has no token for the user ${user}. Add one to its tokens.`);
  }
  const [, namespace = 'default'] = /^system:serviceaccount:([^:]+):/.exec(user) ?? [];
  return kubeconfigYaml({ url, user, token, namespace });
}

function createJobFrom(cluster: Cluster, namespace: string, name: string): string {
  const cronJob = cluster.registry.get(CRON_JOBS, namespace, name) as CronJob;
  const job = jobByHand(cronJob, `${name.slice(0, 40)}-manual-${nameSuffix()}`);
  return cluster.registry.create(JOBS, namespace, job, { manager: 'kubectl-create' }).metadata.name;
}
