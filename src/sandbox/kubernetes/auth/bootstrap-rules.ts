import type { GrantedRule } from './rules.ts';
import type { User } from './users.ts';

const PUBLIC = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = [...PUBLIC, '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

/** The rules that every cluster grants from its start: public info for all, discovery and self reviews when authenticated. */
export function bootstrapRules(user: User): GrantedRule[] {
  const reason = (role: string, group: string) =>
    `RBAC: allowed by ClusterRoleBinding "${role}" of ClusterRole "${role}" to Group "${group}"`;
  const everyone = user.groups.find((group) => group.endsWith('authenticated')) ?? '';
  const rules: GrantedRule[] = [
    {
      rule: { verbs: ['get'], nonResourceURLs: PUBLIC },
      reason: reason('system:public-info-viewer', everyone),
    },
  ];
  if (!user.groups.includes('system:authenticated')) return rules;
  const reviews = [
    { group: 'authorization.k8s.io', resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
    { group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] },
  ];
  for (const { group, resources } of reviews) {
    const rule = { verbs: ['create'], apiGroups: [group], resources };
    rules.push({ rule, reason: reason('system:basic-user', 'system:authenticated') });
  }
  const rule = { verbs: ['get'], nonResourceURLs: DISCOVERY };
  rules.push({ rule, reason: reason('system:discovery', 'system:authenticated') });
  return rules;
}
