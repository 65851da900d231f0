import type { BatchWorkload, ServiceWorkload } from '../../../domain/cluster-guardrails.ts';
import type { PodUse } from '../../../domain/namespace-bounds.ts';
import { formatCores, formatMemory, parseQuantity } from '../../../domain/quantity.ts';
import type { Params } from './contract.ts';

/** What a namespace asks for; cores, bytes and pods. */
export const amounts = ['requests.cpu', 'limits.cpu', 'requests.memory', 'limits.memory', 'pods'] as const;
export type Amount = (typeof amounts)[number];
export type Use = Readonly<Record<Amount, number>>;

type Container = PodUse['containers'][number];

/** The limits and requests that a container gets when it states none, in cores and bytes. */
export interface Defaults {
  readonly limits: { readonly cpu: number; readonly memory: number };
  readonly requests: { readonly cpu: number; readonly memory: number };
}

const RESOURCES = ['cpu', 'memory'] as const;
/** A quarter of the limit is requested by default, so that idle containers do not fill the nodes. */
const REQUESTED = 0.25;
/** A rollout makes up to a quarter more pods for a moment. */
const SURGE = 0.25;
const MEBI = 2 ** 20;
/** Steps to which a quota is rounded up. */
const STEP: Use = {
  'requests.cpu': 0.5,
  'limits.cpu': 0.5,
  'requests.memory': 256 * MEBI,
  'limits.memory': 256 * MEBI,
  pods: 1,
};
/** The least that a namespace is bounded to, so that a first workload finds room. */
const LEAST: Use = {
  'requests.cpu': 1,
  'limits.cpu': 1,
  'requests.memory': 1024 * MEBI,
  'limits.memory': 1024 * MEBI,
  pods: 5,
};

/** For what the cluster itself counts: a container that states nothing counts for nothing. */
export const noDefaults: Defaults = { limits: { cpu: 0, memory: 0 }, requests: { cpu: 0, memory: 0 } };

/** Defaults that suit the containers: the middle of the limits that are stated, and never below a stated request. */
export function defaultsFor(containers: readonly Container[], params: Params): Defaults {
  const limit = (resource: (typeof RESOURCES)[number], otherwise: string) => {
    const stated = containers.flatMap(({ limits }) => amountOf(limits[resource]) ?? []).sort((a, b) => a - b);
    // A request above the limit is refused, also when the limit comes from here.
    const unbound = containers.filter(({ limits }) => limits[resource] === undefined);
    const requests = unbound.flatMap(({ requests: own }) => amountOf(own[resource]) ?? []);
    const middle = stated[Math.floor(stated.length / 2)] ?? parseQuantity(otherwise) ?? 0;
    return Math.max(middle, ...requests);
  };
  const limits = { cpu: limit('cpu', params.defaultCpu), memory: limit('memory', params.defaultMemory) };
  return { limits, requests: { cpu: limits.cpu * REQUESTED, memory: limits.memory * REQUESTED } };
}

/** What these pods ask for, each container with the defaults where it states nothing. */
export function useOf(pods: readonly { containers: readonly Container[] }[], defaults: Defaults): Use {
  return sum(pods.map(({ containers }) => ofPods(1, containers, defaults)));
}

/**
 * What the namespace asks for when everything that is known of runs at once: services at their largest and in a rollout,
 * every batch job, twice where runs may overlap, and the pods of anything else that run now.
 */
export function peakOf(
  parts: {
    readonly services: readonly ServiceWorkload[];
    readonly batches: readonly BatchWorkload[];
    readonly pods: readonly PodUse[];
  },
  defaults: Defaults,
): Use {
  const { services, batches, pods } = parts;
  const others = pods.filter(({ ownerKind }) => ownerKind !== 'ReplicaSet' && ownerKind !== 'Job');
  return sum([
    useOf(others, defaults),
    ...services.map(({ mostReplicas, containers }) =>
      ofPods(mostReplicas + Math.ceil(mostReplicas * SURGE), containers, defaults),
    ),
    ...batches.map(({ parallelism, concurrencyPolicy, containers }) =>
      ofPods(parallelism * (concurrencyPolicy === 'Allow' ? 2 : 1), containers, defaults),
    ),
  ]);
}

/** The quota: the larger of both with headroom, rounded up. */
export function quotaFor(now: Use, peak: Use, headroom: number): Use {
  return fromEach((name) => {
    const wanted = Math.max(LEAST[name], now[name], peak[name]) * headroom;
    return Math.ceil(Math.round((wanted / STEP[name]) * 1e6) / 1e6) * STEP[name];
  });
}

/** An amount as Kubernetes writes it. */
export function amountText(name: Amount, value: number): string {
  if (name === 'pods') return String(value);
  return name.endsWith('cpu') ? formatCores(value) : formatMemory(value);
}

function ofPods(count: number, containers: readonly Container[], defaults: Defaults): Use {
  const total = (kind: 'requests' | 'limits', resource: (typeof RESOURCES)[number]) =>
    containers.reduce(
      (all, container) => all + (amountOf(container[kind][resource]) ?? defaults[kind][resource]),
      0,
    ) * count;
  return {
    'requests.cpu': total('requests', 'cpu'),
    'limits.cpu': total('limits', 'cpu'),
    'requests.memory': total('requests', 'memory'),
    'limits.memory': total('limits', 'memory'),
    pods: count,
  };
}

function sum(uses: readonly Use[]): Use {
  return fromEach((name) => uses.reduce((total, use) => total + use[name], 0));
}

function fromEach(value: (name: Amount) => number): Use {
  return Object.fromEntries(amounts.map((name) => [name, value(name)])) as Record<Amount, number>;
}

function amountOf(text: string | undefined): number | null {
  return text === undefined ? null : parseQuantity(text);
}
