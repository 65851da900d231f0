import { ident } from '../../../domain/sql-name.ts';
import { defineCheck, ok } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'query-text',
  kind: 'postgres',
  title: 'Query text of other roles',
  purpose: 'Show which statement holds the database up, with its literals masked.',
  without: 'Sessions are listed without what they run, and the reading of the server is refused.',
  check(access) {
    const { memberships, superuser, hiddenSessions, role, querySize } = access;
    const visible = superuser || memberships.pg_read_all_stats === 'held';
    if (visible && hiddenSessions === 0) return ok(`visible, up to ${querySize} bytes of each`);
    const sessions = hiddenSessions === 1 ? '1 session' : `${hiddenSessions} sessions`;
    return {
      status: 'missing',
      found: hiddenSessions === 0 ? `${role} may not read it.` : `It is hidden of ${sessions} now.`,
      remedy: sqlRemedy(
        'Grant what shows it; it is a part of pg_monitor.',
        where(access),
        `GRANT pg_read_all_stats TO ${ident(role)};`,
      ),
    };
  },
});
