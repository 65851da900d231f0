import { defineCheck, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'admin',
  kind: 'pgbouncer',
  title: 'User of admin_users',
  purpose: 'RECONNECT after a switchover, and RESUME a database that was left paused.',
  without: 'Firebreak names the command, and a person has to send it.',
  check({ user, adminUsers }) {
    if (adminUsers === null) return { status: 'unknown', found: 'PgBouncer does not show its admin_users' };
    if (adminUsers.includes(user)) return ok(`${user} is one`);
    return {
      status: 'missing',
      found: `${user} may look, and do nothing.`,
      remedy: textRemedy(
        'Add the user, then let PgBouncer read its file again (RELOAD on its console, or SIGHUP).',
        'in pgbouncer.ini, section [pgbouncer]',
        `admin_users = ${[...adminUsers, user].join(', ')}`,
      ),
    };
  },
});
