import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, ok } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

/** Two standing sessions for each replica of Firebreak, of which a rollout has two, and two to look with commands. */
const NEEDED = 6;

export const check = defineCheck({
  id: 'role-limit',
  kind: 'postgres',
  title: 'Connections that the role may have',
  purpose: 'Keep two sessions open, and as many beside them while Firebreak is rolled out.',
  without: 'A rollout, or a command beside a running Firebreak, is refused its connection.',
  check(access) {
    const { roleLimit, role } = access;
    if (roleLimit === null || roleLimit >= NEEDED)
      return ok(roleLimit === null ? 'no limit' : `${roleLimit}`);
    return {
      status: 'advice',
      found: `${role} may have ${roleLimit}; ${NEEDED} are wanted.`,
      remedy: sqlRemedy('Raise the limit.', where(access), postgresGrants.unlimited(role)),
    };
  },
});
