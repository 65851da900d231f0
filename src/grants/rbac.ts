import { type ClusterPermission, clusterPermissions } from '../domain/cluster-permission.ts';

/** One rule of a Role. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Who is granted the rights: a service account, or what a kubeconfig says about somebody outside of the cluster. */
export type RbacSubject =
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'User'; readonly name: string };

/** The service account that the manifests of deploy/ run Firebreak under. */
const FIREBREAK_ACCOUNT: RbacSubject = {
  kind: 'ServiceAccount',
  name: 'firebreak',
  namespace: 'firebreak',
};

/** The subject of a binding for a user as the API server names it. */
export function subjectOf(user: string): RbacSubject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined
    ? { kind: 'User', name: user }
    : { kind: 'ServiceAccount', name, namespace };
}

/** The least rights that Firebreak needs in a namespace: one rule for each resource. */
export function rbacRules(): readonly RbacRule[] {
  return [...byResource().values()].map((members) => ruleOf(members));
}

/** A Role and its binding in each namespace, as YAML with the reason of each rule. There is no rule for the cluster. */
export function rbacManifest(options: {
  readonly namespaces: readonly string[];
  readonly subject?: RbacSubject;
}): string {
  const { namespaces, subject = FIREBREAK_ACCOUNT } = options;
  const intro = `# What Firebreak may do in the namespaces that it looks after: ${namespaces.join(', ')}.
# Nothing is granted for the whole cluster, and nothing that reads a Secret. A namespace is added here and under
# kubernetes.namespaces of firebreak.yml. Apply it with: kubectl apply -f rbac.yaml`;
  return [intro, ...namespaces.flatMap((namespace) => [role(namespace), binding(namespace, subject)])]
    .join('\n---\n')
    .replace('\n---\n', '\n');
}

/** The rule for some rights on one resource, on one line as it stands in a Role. */
function ruleText({ apiGroups, resources, verbs }: RbacRule): string {
  return `{ apiGroups: [${apiGroups.map(quoted).join(', ')}], resources: [${resources.join(', ')}], verbs: [${verbs.join(', ')}] }`;
}

function byResource(): Map<string, ClusterPermission[]> {
  return Map.groupBy(clusterPermissions, ({ group, resource }) => `${group}/${resource}`);
}

function ruleOf(members: readonly ClusterPermission[]): RbacRule {
  const [first] = members;
  return {
    apiGroups: [first?.group ?? ''],
    resources: [first?.resource ?? ''],
    verbs: members.flatMap(({ verbs }) => verbs),
  };
}

function role(namespace: string): string {
  const rules = [...byResource().values()].flatMap((members) => [
    ...members.map(
      ({ verbs, purpose, optional }) => `  # ${verbs.join(', ')}: ${purpose}${optional ? ' Optional.' : ''}`,
    ),
    `  - ${ruleText(ruleOf(members))}`,
  ]);
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: firebreak, namespace: ${quoted(namespace)} }
rules:
${rules.join('\n')}`;
}

function binding(namespace: string, subject: RbacSubject): string {
  const who =
    subject.kind === 'User'
      ? `{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ${JSON.stringify(subject.name)} }`
      : `{ kind: ServiceAccount, name: ${quoted(subject.name)}, namespace: ${quoted(subject.namespace)} }`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: firebreak, namespace: ${quoted(namespace)} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: firebreak }
subjects:
  - ${who}
`;
}

/** A namespace may be called 1234 or on, which YAML would take for something else. */
function quoted(name: string): string {
  return /^[a-z][a-z0-9.-]*$/.test(name) && !/^(?:on|off|yes|no|true|false|null|y|n)$/.test(name)
    ? name
    : JSON.stringify(name);
}
