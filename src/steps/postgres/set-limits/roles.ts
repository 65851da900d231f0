import { isAnalyticsName } from '../../../diagnosis/analytics-name.ts';
import { formatCount } from '../../../domain/format.ts';
import type { LoginRole, ServerReadout } from '../../../domain/server-readout.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { SignalGuard } from '../../../ports/databases.ts';
import type { Excluded } from '../../parts.ts';

/** What a role does: an application answers people, batch may take its time, the gate only plans. */
export type Work = 'application' | 'batch' | 'gate';

/** Which roles do what, from the parameters. */
export interface WorkByName {
  readonly batchRoles: readonly string[];
  readonly gateRoles: readonly string[];
}

/** Roles that get limits, and those that are left alone with the reason. */
export interface Sorted {
  readonly roles: readonly LoginRole[];
  readonly excluded: Excluded;
}

/** One plan says no more; it can be made again for the others. */
const MOST_ROLES = 30;

/** Who may get limits: nobody who is protected, no superuser, no backup, and not Firebreak itself. */
export function sortRoles(server: ServerReadout, guard: SignalGuard, snapshot: Snapshot): Sorted {
  const excluded: Excluded = [];
  const roles: LoginRole[] = [];
  for (const role of server.roles) {
    const reason = whyLeft(role, guard, snapshot);
    if (reason === null) roles.push(role);
    else excluded.push({ label: `role ${role.name}`, reason });
  }
  const rest = roles.length - MOST_ROLES;
  if (rest > 0)
    excluded.push({
      label: formatCount(rest, 'more role'),
      reason: `One plan is for ${MOST_ROLES} roles, those with most sessions first. Run the step again for the others.`,
    });
  return { roles: roles.slice(0, MOST_ROLES), excluded };
}

function whyLeft(
  { name, own, superuser }: LoginRole,
  { protectedRoles }: SignalGuard,
  { sessions, idleSessions }: Snapshot,
): string | null {
  if (own) return 'Firebreak logs in as it; it sets its limits in its sessions.';
  if (superuser) return 'It is a superuser, whom only superusers limit.';
  if (protectedRoles.includes(name)) return 'It is protected by the configuration.';
  const shields = [...sessions, ...idleSessions].filter(({ user }) => user === name);
  if (shields.some(({ protectedBy }) => protectedBy.includes('backup')))
    return 'A backup runs as it. Give backups a role of their own and put it under protected.roles.';
  return null;
}

/** What a role does, and how that is known. */
export function workOf(name: string, { batchRoles, gateRoles }: WorkByName): { work: Work; known: string } {
  if (gateRoles.includes(name)) return { work: 'gate', known: 'it is named under gateRoles' };
  if (batchRoles.includes(name)) return { work: 'batch', known: 'it is named under batchRoles' };
  if (isAnalyticsName(name)) return { work: 'batch', known: 'by its name' };
  return { work: 'application', known: 'nothing says otherwise' };
}
