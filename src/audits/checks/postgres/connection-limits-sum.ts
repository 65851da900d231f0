import { ordinarySlots } from '../../../domain/connection-limits.ts';
import { ident } from '../../../domain/sql-name.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'connection-limits-sum',
  system: 'postgres',
  title: 'CONNECTION LIMITs add up to more than there are slots',
  todo: 'Lower the CONNECTION LIMITs until they fit together',
  severity: 'medium',
  why: 'Each service stays below its limit, and together they still take every slot.',
  falsePositives:
    'Services that never peak together, such as day and night, may share slots on purpose: suppress it and say which.',
  step: 'postgres.set-limits',
  holds: ['factor-5', 'action-pools'],
  needs: ['server', 'activity'],
  check({ server, activity }) {
    const limited = server.roles.filter(
      ({ superuser, connectionLimit }) => !superuser && connectionLimit !== null,
    );
    const sum = limited.reduce((total, { connectionLimit }) => total + (connectionLimit ?? 0), 0);
    const slots = ordinarySlots(activity);
    if (sum <= slots) return [];
    const largest = [...limited]
      .sort((a, b) => (b.connectionLimit ?? 0) - (a.connectionLimit ?? 0))
      .slice(0, 5)
      .map(({ name, connectionLimit }) => `${name} ${connectionLimit}`);
    return [
      {
        subject: `server of database ${server.database}`,
        evidence: `The limits add up to ${sum}, ordinary roles share ${slots}. The largest: ${largest.join(', ')}.`,
        remedy: {
          text: `Lower them as one set until they add up to ${slots} or less, the least important service first; below each gives up the same share. Or put PgBouncer in front and let each service share few connections.`,
          commands: [
            {
              label: 'as a superuser; open sessions stay',
              language: 'sql',
              text: limited
                .map(({ name, connectionLimit }) => {
                  const share = Math.floor(((connectionLimit ?? 0) * slots) / sum);
                  return `ALTER ROLE ${ident(name)} CONNECTION LIMIT ${Math.max(connectionLimit === 0 ? 0 : 1, share)};`;
                })
                .join('\n'),
            },
          ],
        },
      },
    ];
  },
});
