import { unauthorized } from '../api-error.ts';

/** Who makes a request. */
export interface User {
  name: string;
  groups: string[];
}

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The user whom RBAC never limits, as the administrator of a cluster made by kubeadm. */
const ADMIN = 'kubernetes-admin';

/** The user of a bearer token; no token is the anonymous user. Throws 401 for a token that nobody has. */
export function authenticate(header: string | undefined, tokens: Readonly<Record<string, string>>): User {
  if (header === undefined || header === '') return ANONYMOUS;
  const [, token] = /^Bearer\s+(\S+)$/i.exec(header) ?? [];
  const name = token === undefined || !Object.hasOwn(tokens, token) ? undefined : tokens[token];
  if (name === undefined) throw unauthorized();
  return { name, groups: groupsOf(name) };
}

function groupsOf(name: string): string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name) ?? [];
  if (namespace !== undefined) {
    return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  }
  return name === ADMIN ? ['system:masters', 'system:authenticated'] : ['system:authenticated'];
}
