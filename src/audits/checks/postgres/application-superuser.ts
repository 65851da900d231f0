import { formatCount } from '../../../domain/format.ts';
import { ident } from '../../../domain/sql-name.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'application-superuser',
  system: 'postgres',
  title: 'Sessions of a superuser',
  todo: 'Give the application a role without SUPERUSER',
  severity: 'critical',
  why: 'Firebreak cannot end the sessions of a superuser, no limit binds it, and it uses up the slots that are kept for emergencies.',
  falsePositives:
    'A person or an operator (backup, failover manager) that is connected at this moment: look at who it is, and suppress a known one. The superuser of initdb is only mentioned.',
  holds: [],
  needs: ['server'],
  check({ server }) {
    return server.roles
      .filter(({ superuser, own, sessions }) => superuser && !own && sessions > 0)
      .map(({ name, sessions, bootstrap }) => ({
        subject: `role ${name}`,
        severity: bootstrap ? ('info' as const) : ('critical' as const),
        evidence: `The superuser ${name} has ${formatCount(sessions, 'session')} in database ${server.database} now.`,
        remedy: {
          text: bootstrap
            ? 'Let applications log in with roles of their own.'
            : 'Give the application a role that owns what it needs, then take SUPERUSER away.',
          commands: bootstrap
            ? []
            : [
                {
                  label: 'as a superuser',
                  language: 'sql' as const,
                  text: `ALTER ROLE ${ident(name)} NOSUPERUSER;`,
                },
              ],
        },
      }));
  },
});
