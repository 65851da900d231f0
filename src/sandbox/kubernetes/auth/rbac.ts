import { isObject, type JsonObject, type KubeObject, textOf } from '../objects.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import { bootstrapRules } from './bootstrap-rules.ts';
import type { GrantedRule, PolicyRule } from './rules.ts';
import type { User } from './users.ts';

/** What somebody wants to do: to a resource, or to a URL that is none. */
export interface Attributes {
  verb: string;
  group?: string | undefined;
  /** The plural, with the subresource behind a slash: `pods/log`. */
  resource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
  path?: string | undefined;
}

/** Answers whether a user may do something; the reason names the binding, role and subject (notes §4). */
export function authorize(
  store: ObjectStore,
  user: User,
  wanted: Attributes,
): { allowed: boolean; reason: string } {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const granted = rulesOf(store, user, wanted.namespace).find(({ rule }) => covers(rule, wanted));
  return granted === undefined ? { allowed: false, reason: '' } : { allowed: true, reason: granted.reason };
}

/** All rules that a user has in the cluster and, when given, in a namespace. */
export function rulesOf(store: ObjectStore, user: User, namespace: string | undefined): GrantedRule[] {
  const clusterWide = store.list(CLUSTER_ROLE_BINDINGS).flatMap((binding) => granted(store, user, binding));
  const local =
    namespace === undefined || namespace === ''
      ? []
      : store.list(ROLE_BINDINGS, namespace).flatMap((binding) => granted(store, user, binding));
  return [...bootstrapRules(user), ...clusterWide, ...local];
}

function granted(store: ObjectStore, user: User, binding: KubeObject): GrantedRule[] {
  const subjects = Array.isArray(binding.subjects) ? binding.subjects.filter(isObject) : [];
  const subject = subjects.find((candidate) => isSubject(candidate, user, binding));
  const role = isObject(binding.roleRef) ? binding.roleRef : {};
  if (subject === undefined) return [];
  const { name, namespace } = binding.metadata;
  const where = namespace === undefined ? name : `${name}/${namespace}`;
  const who = `${String(subject.kind)} "${subjectName(subject, namespace)}"`;
  const reason = `RBAC: allowed by ${binding.kind} "${where}" of ${String(role.kind)} "${String(role.name)}" to ${who}`;
  return roleRules(store, role, namespace).map((rule) => ({ rule, reason }));
}

function roleRules(store: ObjectStore, role: JsonObject, namespace: string | undefined): PolicyRule[] {
  const name = String(role.name);
  if (role.kind === 'ClusterRole' && name === 'cluster-admin') return CLUSTER_ADMIN;
  const found =
    role.kind === 'ClusterRole'
      ? store.get(CLUSTER_ROLES, undefined, name)
      : store.get(ROLES, namespace, name);
  const rules = found?.rules;
  return Array.isArray(rules)
    ? rules.filter((rule): rule is PolicyRule => isObject(rule) && Array.isArray(rule.verbs))
    : [];
}

const CLUSTER_ADMIN: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function subjectName(subject: JsonObject, namespace: string | undefined): string {
  const name = textOf(subject.name);
  return subject.kind === 'ServiceAccount' ? `${name}/${textOf(subject.namespace ?? namespace)}` : name;
}

function isSubject(subject: JsonObject, user: User, binding: KubeObject): boolean {
  const { kind, name, namespace = binding.metadata.namespace } = subject;
  if (kind === 'User') return name === user.name;
  if (kind === 'Group') return typeof name === 'string' && user.groups.includes(name);
  return (
    kind === 'ServiceAccount' && user.name === `system:serviceaccount:${String(namespace)}:${String(name)}`
  );
}

function covers(rule: PolicyRule, wanted: Attributes): boolean {
  if (!includes(rule.verbs, wanted.verb)) return false;
  if (wanted.path !== undefined)
    return (rule.nonResourceURLs ?? []).some((url) => matchesPath(url, String(wanted.path)));
  const { resource = '', group = '', name = '' } = wanted;
  const [, subresource] = resource.split('/');
  const resources = rule.resources ?? [];
  const named =
    resources.includes(resource) || resources.includes('*') || resources.includes(`*/${subresource ?? ''}`);
  const { resourceNames = [] } = rule;
  return (
    named &&
    includes(rule.apiGroups ?? [], group) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

const includes = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
