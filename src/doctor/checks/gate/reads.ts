import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, ok } from '../../check.ts';
import { onPrimary } from '../../gate.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'reads',
  kind: 'gate',
  title: 'Every table may be read for a plan',
  purpose: 'Plan a statement on any table.',
  without: 'A statement on a table that the role may not read has no plan and is denied.',
  check(access) {
    const { role, unreadable } = access;
    if (unreadable === null) return ok(`${role.role} may read all`);
    return {
      status: 'advice',
      found: `${role.role} may not read ${unreadable}, and perhaps others.`,
      remedy: sqlRemedy('Grant it.', onPrimary(access), postgresGrants.readAll(role.role)),
    };
  },
});
