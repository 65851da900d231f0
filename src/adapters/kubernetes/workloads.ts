import type { V1CronJob, V1Job } from '@kubernetes/client-node';
import type { ClusterAccess } from '../../domain/access.ts';
import type { Deployment, Job, WorkloadRef } from '../../domain/cluster.ts';
import { FirebreakError, isFirebreakError } from '../../domain/errors.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import type { Workloads } from '../../ports/workloads.ts';
import { readAccess } from './access.ts';
import { Api } from './api.ts';
import { boundText, createBound, deleteBound, readBound, readPodUse } from './bounds.ts';
import { assertChanged, guardedPatch, PATCH_PARAMETERS, patchText, scaleText, specOf } from './changes.ts';
import type { KubernetesConfig } from './config.ts';
import { toDeployment } from './deployments.ts';
import type { Request } from './errors.ts';
import { readFacts } from './facts.ts';
import { readGuardrails, toBatch } from './guardrails.ts';
import { listAutoscalers, listJobs, listReplicaSets } from './lists.ts';
import { type Permission, reviewAccess } from './may-i.ts';
import { rollBack, rollBackText, rollbackDifferences } from './rollback.ts';
import { routeCronJob, routeText } from './route.ts';
import { toCronJob, toJob } from './to-domain.ts';

/** The cluster with what only the command line asks of it. */
export interface ClusterWorkloads extends Workloads {
  /** Which of the permissions that Firebreak uses it has. Throws as the port does. */
  mayI(signal: AbortSignal): Promise<Permission[]>;
  /** What the cluster serves, and lets Firebreak do. Throws as the port does. */
  access(signal: AbortSignal): Promise<ClusterAccess>;
  /** How the API is, for the board of every connection. */
  connection(): ConnectionHealth;
  /** Closes the kept connections. */
  close(): Promise<void>;
}

/** The workloads of one cluster. Connects when first used; throws `bad-config` for an unusable kubeconfig. */
export function createWorkloads(config: KubernetesConfig): ClusterWorkloads {
  const api = new Api(config);
  const { namespaces, logger } = config;
  return {
    namespaces,
    answers: (signal) => canList(api, namespaces, signal),
    facts: (ips, signal) => readFacts(api, namespaces, ips, signal),
    guardrails: (signal) => readGuardrails(api, namespaces, signal),
    async cronJob(ref, signal) {
      const found = await readCronJob(api, ref, signal);
      return found === null ? null : toCronJob(found);
    },
    async batch(ref, signal) {
      const found = await readCronJob(api, ref, signal);
      return found === null ? null : toBatch(found);
    },
    routeText,
    async routeCronJob(route, { dryRun }, signal) {
      await routeCronJob(api, route, { dryRun, signal });
      logger.info({ ...route, dryRun }, 'A CronJob was routed to another host.');
    },
    unfinishedJobs: async (ref, signal) =>
      (await jobsOf(api, ref, signal)).filter(({ finished }) => !finished),
    completedJobs: async (ref, signal) =>
      (await jobsOf(api, ref, signal)).filter(({ completionTime }) => completionTime !== null),
    patchText,
    async changeCronJob(cronJob, change, { dryRun }, signal) {
      const { namespace, name } = cronJob;
      const parameters = { ...PATCH_PARAMETERS, ...(dryRun ? { dryRun: 'All' } : {}) };
      const answer = await api.write(on('patch', 'cronjobs', cronJob), signal, (options) =>
        api.batch.patchNamespacedCronJob(
          { name, namespace, body: guardedPatch(cronJob, specOf(change)), ...parameters },
          options,
        ),
      );
      const changed = toCronJob(answer);
      assertChanged(change, { ...changed, suspend: changed.suspended }, `CronJob ${namespace}/${name}`);
      logger.info({ namespace, name, change, dryRun }, 'A CronJob was patched.');
      return changed;
    },
    podUse: (namespace, signal) => readPodUse(api, namespace, signal),
    bound: (ref, signal) => orNull(readBound(api, ref, signal)),
    boundText,
    async createBound(bound, { dryRun }, signal) {
      const made = await createBound(api, bound, { dryRun, signal });
      logger.info({ ...bound, dryRun }, 'A bound of a namespace was made.');
      return made;
    },
    async deleteBound(ref, signal) {
      await deleteBound(api, ref, signal);
      logger.info(ref, 'A bound of a namespace was deleted.');
    },
    async suspendJob(job, suspend, signal) {
      const answer = await patchJob(api, job, { suspend }, signal);
      logger.info({ namespace: job.namespace, name: job.name, suspend }, 'A Job was patched.');
      return toJob(answer);
    },
    async deleteJob(job, signal) {
      const { namespace, name, uid } = job;
      // Without a propagation policy the API keeps the pods of a deleted Job.
      const body = { propagationPolicy: 'Background', preconditions: { uid } };
      await api.write(on('delete', 'jobs', job), signal, (options) =>
        api.batch.deleteNamespacedJob({ name, namespace, body }, options),
      );
      logger.info({ namespace, name }, 'A Job was deleted.');
    },
    deployment: (ref, signal) => readDeployment(api, ref, signal),
    templateDifferences: (deployment, revision, signal) =>
      rollbackDifferences(api, deployment, revision, signal),
    scaleText,
    rollBackText,
    async scaleDeployment(deployment, replicas, { dryRun }, signal) {
      const { namespace, name } = deployment;
      const parameters = { ...PATCH_PARAMETERS, ...(dryRun ? { dryRun: 'All' } : {}) };
      const request = { ...on('patch', 'deployments', deployment), resource: 'deployments/scale' };
      const answer = await api.write(request, signal, (options) =>
        api.apps.patchNamespacedDeploymentScale(
          { name, namespace, body: guardedPatch(deployment, { replicas }), ...parameters },
          options,
        ),
      );
      assertChanged(
        { replicas },
        { replicas: answer.spec?.replicas ?? 0 },
        `Deployment ${namespace}/${name}`,
      );
      logger.info({ namespace, name, replicas, dryRun }, 'A Deployment was scaled.');
    },
    async rollBackDeployment(deployment, revision, { dryRun }, signal) {
      const { namespace, name } = deployment;
      await rollBack(api, deployment, revision, { dryRun, signal });
      logger.info({ namespace, name, revision: revision.number, dryRun }, 'A Deployment was rolled back.');
    },
    access: (signal) => readAccess(api, namespaces, signal),
    mayI: (signal) => reviewAccess(api, namespaces, signal),
    connection: () => api.connection(),
    close: () => api.close(),
  };
}

function on(
  verb: 'get' | 'patch' | 'delete',
  resource: 'cronjobs' | 'jobs' | 'deployments',
  ref: WorkloadRef,
): Request {
  const group = resource === 'deployments' ? 'apps' : 'batch';
  return { verb, resource, group, namespace: ref.namespace, name: ref.name };
}

/** The ReplicaSets are its revisions and must be readable; whether something scales it is only warned of. */
async function readDeployment(api: Api, ref: WorkloadRef, signal: AbortSignal): Promise<Deployment | null> {
  const { namespace, name } = ref;
  const [found, replicaSets, autoscalers] = await Promise.all([
    orNull(
      api.read(on('get', 'deployments', ref), signal, (options) =>
        api.apps.readNamespacedDeployment({ name, namespace }, options),
      ),
    ),
    listReplicaSets(api, namespace, signal),
    listAutoscalers(api, namespace, signal).catch(() => []),
  ]);
  signal.throwIfAborted();
  return found?.metadata?.uid === ref.uid ? toDeployment(found, replicaSets, autoscalers) : null;
}

async function jobsOf(api: Api, { namespace, uid }: WorkloadRef, signal: AbortSignal): Promise<Job[]> {
  const jobs = (await listJobs(api, namespace, signal)).map(toJob);
  return jobs.filter(({ cronJob }) => cronJob?.uid === uid);
}

async function readCronJob(api: Api, ref: WorkloadRef, signal: AbortSignal): Promise<V1CronJob | null> {
  const { namespace, name } = ref;
  const found = await orNull(
    api.read(on('get', 'cronjobs', ref), signal, (options) =>
      api.batch.readNamespacedCronJob({ name, namespace }, options),
    ),
  );
  return found?.metadata?.uid === ref.uid ? found : null;
}

/**
 * Patches a Job of this uid. The status of a running Job changes all the time and its version with it, so after a
 * conflict the uid alone guards the patch, provided that the Job is still there and unfinished.
 */
async function patchJob(api: Api, job: Job, spec: { suspend: boolean }, signal: AbortSignal): Promise<V1Job> {
  const { namespace, name, uid } = job;
  const patch = async (guard: { uid: string; resourceVersion?: string }): Promise<V1Job> => {
    const body = guardedPatch(guard, spec);
    const answer = await api.write(on('patch', 'jobs', job), signal, (options) =>
      api.batch.patchNamespacedJob({ name, namespace, body, ...PATCH_PARAMETERS }, options),
    );
    assertChanged(spec, answer.spec, `Job ${namespace}/${name}`);
    return answer;
  };
  try {
    return await patch(job);
  } catch (error) {
    if (!isFirebreakError(error) || error.code !== 'kubernetes-conflict') throw error;
    const present = await api.read(on('get', 'jobs', job), signal, (options) =>
      api.batch.readNamespacedJob({ name, namespace }, options),
    );
    if (present.metadata?.uid !== uid || toJob(present).finished) throw error;
    return patch({ uid });
  }
}

/** Asks for one CronJob of the first namespace, which is all that it needs to know. */
async function canList(api: Api, [namespace]: readonly string[], signal: AbortSignal): Promise<boolean> {
  if (namespace === undefined) return false;
  const request = { verb: 'list', resource: 'cronjobs', group: 'batch', namespace } as const;
  try {
    await api.read(request, signal, (options) =>
      api.batch.listNamespacedCronJob({ namespace, limit: 1 }, options),
    );
    return true;
  } catch {
    return false;
  }
}

/** Turns "does not exist" into null. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FirebreakError && error.code === 'kubernetes-not-found') return null;
    throw error;
  }
}
