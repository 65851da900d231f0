import { fairLimit, ordinarySlots } from '../../../domain/connection-limits.ts';
import { formatCount } from '../../../domain/format.ts';
import { ident } from '../../../domain/sql-name.ts';
import { defineAudit } from '../../audit.ts';

/** One service that leaks or storms takes the connections of all others. */
export const audit = defineAudit({
  id: 'role-connection-limit',
  system: 'postgres',
  title: 'Role without CONNECTION LIMIT',
  todo: 'Set a CONNECTION LIMIT',
  severity: 'high',
  why: 'One service that leaks connections or starts too many pods takes every slot, and all other services fail with it.',
  falsePositives:
    'A role that logs in through PgBouncer only is bounded by its pool: suppress it, with the pool size as the reason. A role that nobody uses any more should rather lose LOGIN.',
  step: 'postgres.set-limits',
  holds: ['factor-5', 'action-pools', 'lesson-4'],
  needs: ['server', 'activity'],
  check({ server, activity, database }) {
    const slots = ordinarySlots(activity);
    return server.roles
      .filter(({ own, superuser, connectionLimit }) => !own && !superuser && connectionLimit === null)
      .map((role) => {
        const limit = fairLimit(role, slots);
        return {
          subject: `role ${role.name}`,
          severity: database.protectedRoles.includes(role.name) ? ('info' as const) : ('high' as const),
          evidence: `The role may open all ${slots} connections that ordinary roles share; it has ${formatCount(role.sessions, 'session')} in database ${server.database} now.`,
          remedy: {
            text: `Set limits for all services as one set that fits into ${slots} together, each with room for its peak. Below: twice what it has now, at least 5 and at most a third of all.`,
            commands: [
              {
                label: 'as its owner or a superuser; open sessions stay',
                language: 'sql' as const,
                text: `ALTER ROLE ${ident(role.name)} CONNECTION LIMIT ${limit};`,
              },
            ],
          },
        };
      });
  },
});
