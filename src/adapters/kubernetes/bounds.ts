import type { V1LimitRange, V1LimitRangeItem, V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { Json } from '../../domain/json.ts';
import type { Bound, BoundRef, PodUse, StoredBound } from '../../domain/namespace-bounds.ts';
import type { Api } from './api.ts';
import { FIELD_MANAGER, PATCH_PARAMETERS } from './changes.ts';
import type { Request } from './errors.ts';
import { listUnfinishedPods } from './lists.ts';
import { controllerOf } from './to-domain.ts';

const PLURALS = { ResourceQuota: 'resourcequotas', LimitRange: 'limitranges' } as const;

type Found = V1ResourceQuota | V1LimitRange;

/** Who made it, for people who find it. */
const LABELS = { 'app.kubernetes.io/managed-by': FIELD_MANAGER };

/** What the pods of a namespace ask for. */
export async function readPodUse(api: Api, namespace: string, signal: AbortSignal): Promise<PodUse[]> {
  return (await listUnfinishedPods(api, namespace, signal)).map(toPodUse);
}

function toPodUse({ metadata, spec }: V1Pod): PodUse {
  return {
    name: metadata?.name ?? '',
    ownerKind: controllerOf(metadata)?.kind ?? null,
    containers: (spec?.containers ?? []).map(({ name, resources }) => ({
      name,
      requests: { ...resources?.limits, ...resources?.requests },
      limits: { ...resources?.limits },
    })),
  };
}

/** Throws `kubernetes-not-found` when there is none. */
export async function readBound(api: Api, ref: BoundRef, signal: AbortSignal): Promise<StoredBound> {
  const { namespace, name } = ref;
  const found = await api.read<Found>(on('get', ref), signal, async (options) =>
    ref.kind === 'ResourceQuota'
      ? api.core.readNamespacedResourceQuota({ name, namespace }, options)
      : api.core.readNamespacedLimitRange({ name, namespace }, options),
  );
  return toBound(ref, found);
}

/** Makes it; the answer of the server is what it stored. */
export async function createBound(
  api: Api,
  bound: Bound,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<StoredBound> {
  const { namespace } = bound;
  const parameters = { namespace, ...PATCH_PARAMETERS, ...(dryRun ? { dryRun: 'All' } : {}) };
  const body = manifestOf(bound);
  const made = await api.write<Found>(on('create', bound), signal, async (options) =>
    bound.kind === 'ResourceQuota'
      ? api.core.createNamespacedResourceQuota({ ...parameters, body }, options)
      : api.core.createNamespacedLimitRange({ ...parameters, body: withLimits(body) }, options),
  );
  return toBound(bound, made);
}

/** The model of the client calls `default` otherwise, as it is a word of its language. */
function withLimits(body: ReturnType<typeof manifestOf>): V1LimitRange {
  const limits = (body.spec.limits as Record<string, unknown>[]).map(({ default: given, ...rest }) => ({
    ...rest,
    ...(given === undefined ? {} : { _default: given }),
  }));
  return { ...body, spec: { limits: limits as unknown as V1LimitRangeItem[] } };
}

/** Deletes exactly the one of this uid. */
export async function deleteBound(
  api: Api,
  ref: BoundRef & { readonly uid: string },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid } = ref;
  const body = { preconditions: { uid } };
  await api.write(on('delete', ref), signal, async (options) => {
    if (ref.kind === 'ResourceQuota')
      await api.core.deleteNamespacedResourceQuota({ name, namespace, body }, options);
    else await api.core.deleteNamespacedLimitRange({ name, namespace, body }, options);
  });
}

/** The request that makes it, for people to read. */
export function boundText(bound: Bound): string {
  const query = new URLSearchParams(PATCH_PARAMETERS).toString();
  const path = `/api/v1/namespaces/${bound.namespace}/${PLURALS[bound.kind]}`;
  return [`POST ${path}?${query}`, '', JSON.stringify(manifestOf(bound), null, 2)].join('\n');
}

function manifestOf({ kind, namespace, name, spec }: Bound) {
  return { apiVersion: 'v1', kind, metadata: { name, namespace, labels: LABELS }, spec };
}

function on(verb: 'get' | 'create' | 'delete', { kind, namespace, name }: BoundRef): Request {
  return { verb, resource: PLURALS[kind], group: '', namespace, name };
}

function toBound({ kind, namespace, name }: BoundRef, found: Found): StoredBound {
  const spec = JSON.parse(JSON.stringify(found.spec ?? {})) as Record<string, unknown>;
  if (Array.isArray(spec.limits)) spec.limits = spec.limits.map(namedDefault);
  const used = 'status' in found ? (found.status?.used ?? {}) : {};
  return {
    kind,
    namespace,
    name,
    uid: found.metadata?.uid ?? '',
    spec: Json.parse(spec) as StoredBound['spec'],
    used: { ...used },
  };
}

function namedDefault({ _default, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { ...rest, ...(_default === undefined ? {} : { default: _default }) };
}
