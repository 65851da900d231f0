import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, ok } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'connect-aside',
  kind: 'postgres',
  title: 'CONNECT on the database postgres',
  purpose: 'Signal over a session of its own, which is open when the application database is at its limit.',
  without: 'Both sessions are in the application database and share its limit.',
  check(access) {
    if (access.mayConnectAside) return ok('granted');
    return {
      status: 'advice',
      found: `${access.role} may not connect to the database postgres.`,
      remedy: sqlRemedy('Grant it.', where(access), postgresGrants.connect(access.role, 'postgres')),
    };
  },
});
