import { withoutHost } from '../diagnosis/through-pooler.ts';
import { matchesPattern } from '../domain/matches-pattern.ts';
import type { Session } from '../domain/snapshot.ts';
import type { WatchdogTerms } from '../domain/watchdog.ts';

/**
 * Whether a session is one that the policy is about. Where roles and applications are named, both have to fit; where
 * neither is, nobody does. A name that a client gives itself proves nothing, a role does.
 */
export function isNamed(
  { user, applicationName }: Pick<Session, 'user' | 'applicationName'>,
  { roles, applications }: Pick<WatchdogTerms, 'roles' | 'applications'>,
): boolean {
  if (roles.length === 0 && applications.length === 0) return false;
  if (roles.length > 0 && (user === null || !roles.includes(user))) return false;
  const name = withoutHost(applicationName);
  return applications.length === 0 || applications.some((pattern) => matchesPattern(pattern, name));
}
