import { forbidden } from '../api-error.ts';
import { isObject, type KubeObject, section } from '../objects.ts';
import { parseQuantity } from '../quantity.ts';
import { LIMIT_RANGES, PODS } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { Container, Pod } from '../workloads.ts';

type Amounts = Record<string, string>;

interface Rule {
  type: string;
  default?: Amounts;
  defaultRequest?: Amounts;
  max?: Amounts;
  min?: Amounts;
}

/** Fills a new pod's container limits and requests from the namespace's LimitRanges, and checks maximum and minimum. */
export function applyLimitRanges(store: ObjectStore, pod: KubeObject): void {
  const set: string[] = [];
  for (const range of store.list(LIMIT_RANGES, pod.metadata.namespace)) {
    for (const rule of rulesOf(range)) {
      for (const container of (pod as Pod).spec.containers) {
        set.push(...setDefaults(container, rule));
        checkBounds(pod, container, rule);
      }
    }
  }
  if (set.length === 0) return;
  const note = `LimitRanger plugin set: ${set.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': note };
}

function rulesOf(range: KubeObject): Rule[] {
  const limits = section(range, 'spec').limits;
  return Array.isArray(limits)
    ? limits.filter((rule): rule is Rule => isObject(rule) && rule.type === 'Container')
    : [];
}

function setDefaults(container: Container, rule: Rule): string[] {
  const limits = { ...rule.default, ...container.resources?.limits };
  const requests = { ...rule.defaultRequest, ...container.resources?.requests };
  const added = (now: Amounts, before: Amounts = {}) =>
    Object.keys(now)
      .filter((key) => !(key in before))
      .sort();
  const texts = [
    { what: 'request', names: added(requests, container.resources?.requests) },
    { what: 'limit', names: added(limits, container.resources?.limits) },
  ];
  container.resources = {
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
  return texts
    .filter(({ names }) => names.length > 0)
    .map(({ what, names }) => `${names.join(', ')} ${what} for container ${container.name}`);
}

function checkBounds(pod: KubeObject, container: Container, rule: Rule): void {
  const { limits = {}, requests = {} } = container.resources ?? {};
  for (const [name, most] of Object.entries(rule.max ?? {})) {
    const limit = limits[name];
    if (limit === undefined)
      throw refuse(pod, `maximum ${name} usage per Container is ${most}.  No limit is specified`);
    if (parseQuantity(limit) > parseQuantity(most)) {
      throw refuse(pod, `maximum ${name} usage per Container is ${most}, but limit is ${limit}`);
    }
  }
  for (const [name, least] of Object.entries(rule.min ?? {})) {
    const request = requests[name];
    if (request === undefined)
      throw refuse(pod, `minimum ${name} usage per Container is ${least}.  No request is specified`);
    if (parseQuantity(request) < parseQuantity(least)) {
      throw refuse(pod, `minimum ${name} usage per Container is ${least}, but request is ${request}`);
    }
  }
}

function refuse(pod: KubeObject, why: string) {
  return forbidden(PODS, pod.metadata.name, why);
}
