import type {
  V1Container,
  V1CronJob,
  V1Deployment,
  V1PodSpec,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type {
  BatchWorkload,
  ClusterGuardrails,
  ContainerDefaults,
  ContainerFacts,
  NamespaceList,
  Quota,
  ServiceWorkload,
} from '../../domain/cluster-guardrails.ts';
import { describeError } from '../../domain/errors.ts';
import type { Api } from './api.ts';
import { databaseAddresses } from './database-addresses.ts';
import {
  listAutoscalers,
  listCronJobs,
  listDeployments,
  listLimitRanges,
  listResourceQuotas,
} from './lists.ts';
import { toCronJob } from './to-domain.ts';

/** A variable that limits a connection pool. */
const POOL_NAME =
  /(?:^|_)(?:POOL_?(?:SIZE|MAX|LIMIT|MAX_?SIZE)|MAX_?POOL(?:_?SIZE)?|MAX(?:IMUM)?_?(?:POOL_?SIZE|OPEN_?CONN\w*|CONNECTIONS))$/i;

/** Reads what bounds the workloads of the namespaces. A list that cannot be read says why; only an abort throws. */
export async function readGuardrails(
  api: Api,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<ClusterGuardrails> {
  const inEach = <T>(list: (namespace: string) => Promise<T[]>): Promise<NamespaceList<T>[]> =>
    Promise.all(
      namespaces.map(async (namespace) => {
        try {
          return { namespace, items: await list(namespace), problem: null };
        } catch (error) {
          signal.throwIfAborted();
          const { message, hint } = describeError(error);
          return { namespace, items: null, problem: `${message} ${hint}` };
        }
      }),
    );
  const [quotas, containerDefaults, batches, services] = await Promise.all([
    inEach(async (namespace) => quotasOf(api, namespace, signal)),
    inEach(async (namespace) => defaultsOf(api, namespace, signal)),
    inEach(async (namespace) => (await listCronJobs(api, namespace, signal)).map(toBatch)),
    inEach(async (namespace) => servicesOf(api, namespace, signal)),
  ]);
  return { quotas, containerDefaults, batches, services };
}

async function quotasOf(api: Api, namespace: string, signal: AbortSignal): Promise<Quota[]> {
  const found = await listResourceQuotas(api, namespace, signal);
  return found.map(({ metadata, spec }) => ({ name: metadata?.name ?? '', hard: { ...spec?.hard } }));
}

async function defaultsOf(api: Api, namespace: string, signal: AbortSignal): Promise<ContainerDefaults[]> {
  const found = await listLimitRanges(api, namespace, signal);
  return found.flatMap(({ metadata, spec }) =>
    (spec?.limits ?? [])
      .filter(({ type }) => type === 'Container')
      .map((limit) => ({
        name: metadata?.name ?? '',
        limits: { ...limit._default },
        requests: { ...(limit.defaultRequest ?? limit._default) },
      })),
  );
}

async function servicesOf(api: Api, namespace: string, signal: AbortSignal): Promise<ServiceWorkload[]> {
  const [deployments, autoscalers] = await Promise.all([
    listDeployments(api, namespace, signal),
    listAutoscalers(api, namespace, signal).catch(() => []),
  ]);
  return deployments.map((deployment) => toService(deployment, autoscalers));
}

/** A CronJob with what bounds it. */
export function toBatch(object: V1CronJob): BatchWorkload {
  const job = object.spec?.jobTemplate.spec;
  return {
    ...toCronJob(object),
    parallelism: job?.parallelism ?? 1,
    containers: containersOf(job?.template.spec),
  };
}

function toService(
  { metadata, spec }: V1Deployment,
  autoscalers: readonly V2HorizontalPodAutoscaler[],
): ServiceWorkload {
  const replicas = spec?.replicas ?? 1;
  const scaler = autoscalers.find(
    ({ spec: own }) =>
      own?.scaleTargetRef.kind === 'Deployment' && own.scaleTargetRef.name === metadata?.name,
  );
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    replicas,
    mostReplicas: Math.max(replicas, scaler?.spec?.maxReplicas ?? 0),
    containers: containersOf(spec?.template.spec),
  };
}

function containersOf(spec: V1PodSpec | undefined): ContainerFacts[] {
  return [
    ...(spec?.containers ?? []).map((container) => toContainer(container, false)),
    ...(spec?.initContainers ?? []).map((container) => toContainer(container, true)),
  ];
}

function toContainer(container: V1Container, init: boolean): ContainerFacts {
  return {
    name: container.name,
    init,
    requests: { ...container.resources?.limits, ...container.resources?.requests },
    limits: { ...container.resources?.limits },
    databases: databaseAddresses(container),
    pool: poolOf(container),
  };
}

function poolOf({ env = [] }: V1Container): ContainerFacts['pool'] {
  const found = env.find(({ name, value }) => POOL_NAME.test(name) && /^[1-9]\d{0,4}$/.test(value ?? ''));
  return found === undefined ? null : { variable: found.name, size: Number(found.value) };
}
