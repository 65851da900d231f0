import { forbidden } from '../api-error.ts';
import { type KubeObject, section } from '../objects.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { PODS, QUOTAS, qualifiedPlural, RESOURCES, type Resource } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import { isTerminal, type Pod } from '../workloads.ts';

const COMPUTE = /^(requests|limits)\.(cpu|memory)$/;

/** Refuses a new object that exceeds a ResourceQuota of its namespace, with the server's 403 text. */
export function admitByQuota(store: ObjectStore, resource: Resource, object: KubeObject): void {
  for (const quota of store.list(QUOTAS, object.metadata.namespace)) {
    const hard = hardLimits(quota);
    const requested = Object.keys(hard).filter((name) => amountOf(name, resource, object) > 0);
    const missing =
      resource === PODS ? Object.keys(hard).filter((name) => isUnspecified(name, object as Pod)) : [];
    if (missing.length > 0) {
      const why = `failed quota: ${quota.metadata.name}: must specify ${missing.sort().join(',')}`;
      throw forbidden(resource, object.metadata.name, why);
    }
    const used = usage(store, quota);
    const over = requested.filter((name) => {
      const total = (used[name] ?? 0) + amountOf(name, resource, object);
      return total > parseQuantity(hard[name] ?? '0');
    });
    if (over.length === 0) continue;
    const list = (value: (name: string) => string) =>
      over
        .sort()
        .map((name) => `${name}=${value(name)}`)
        .join(',');
    const why = [
      `exceeded quota: ${quota.metadata.name}`,
      `requested: ${list((name) => formatQuantity(amountOf(name, resource, object)))}`,
      `used: ${list((name) => formatQuantity(used[name] ?? 0))}`,
      `limited: ${list((name) => String(hard[name]))}`,
    ];
    throw forbidden(resource, object.metadata.name, why.join(', '));
  }
}

/** What the quota limits: its `spec.hard`. */
export function hardLimits(quota: KubeObject): Record<string, string> {
  const hard = section(section(quota, 'spec'), 'hard');
  return Object.fromEntries(Object.entries(hard).map(([name, value]) => [name, String(value)]));
}

/** Measures how much of each limited resource the quota's namespace uses. */
export function usage(store: ObjectStore, quota: KubeObject): Record<string, number> {
  const sum = (name: string) =>
    RESOURCES.filter(({ namespaced }) => namespaced)
      .flatMap((resource) =>
        store.list(resource, quota.metadata.namespace).map((object) => amountOf(name, resource, object)),
      )
      .reduce((total, amount) => total + amount, 0);
  return Object.fromEntries(Object.keys(hardLimits(quota)).map((name) => [name, sum(name)]));
}

/** `count/<plural>.<group>` counts every stored object, finished ones included; `pods` only those not finished. */
function amountOf(name: string, resource: Resource, object: KubeObject): number {
  if (name === `count/${qualifiedPlural(resource)}`) return 1;
  if (resource !== PODS) {
    return name === resource.plural && resource.group === '' && resource.namespaced ? 1 : 0;
  }
  const pod = object as Pod;
  if (pod.status !== undefined && isTerminal(pod)) return 0;
  return name === 'pods' ? 1 : computeOf(name, pod);
}

function computeOf(name: string, pod: Pod): number {
  const [, list, unit] = COMPUTE.exec(normal(name)) ?? [];
  if (unit === undefined) return 0;
  return pod.spec.containers
    .map(({ resources }) =>
      parseQuantity((list === 'limits' ? resources?.limits : resources?.requests)?.[unit] ?? '0'),
    )
    .reduce((total, amount) => total + amount, 0);
}

function isUnspecified(name: string, pod: Pod): boolean {
  const [, list, unit] = COMPUTE.exec(normal(name)) ?? [];
  if (unit === undefined) return false;
  return pod.spec.containers.some(
    ({ resources }) => (list === 'limits' ? resources?.limits : resources?.requests)?.[unit] === undefined,
  );
}

function normal(name: string): string {
  return name === 'cpu' || name === 'memory' ? `requests.${name}` : name;
}
