import { ident } from '../../../domain/sql-name.ts';
import { defineAudit } from '../../audit.ts';

const RESERVED_SINCE = 160_000;

export const audit = defineAudit({
  id: 'reserved-connections',
  system: 'postgres',
  title: 'No connection is kept for the responder',
  todo: 'Keep connections for Firebreak',
  severity: 'high',
  why: 'When every slot is taken, nobody but a superuser gets in, and Firebreak neither once its session is lost.',
  falsePositives:
    'None known on 16 and later. On 14 and 15 another database of the same server may still take every slot.',
  holds: ['lesson-4'],
  needs: ['server', 'activity'],
  check({ server, activity }) {
    const own = server.roles.find((role) => role.own)?.name ?? 'firebreak';
    const { max } = activity.slots;
    if (server.versionNumber >= RESERVED_SINCE) {
      if (activity.slots.reserved > 0) return [];
      return [
        {
          subject: `server of database ${server.database}`,
          evidence: `reserved_connections = 0 of ${max} connections.`,
          remedy: {
            text: 'Keep three slots and let Firebreak use them. It takes effect with the next restart.',
            commands: [
              {
                label: 'as a superuser; restart needed',
                language: 'sql',
                text: `ALTER SYSTEM SET reserved_connections = 3;\nGRANT pg_use_reserved_connections TO ${ident(own)};`,
              },
            ],
          },
        },
      ];
    }
    if (server.databaseLimit !== null && server.databaseLimit < max) return [];
    return [
      {
        subject: `database ${server.database}`,
        evidence: `PostgreSQL ${Math.floor(server.versionNumber / 10_000)} cannot reserve connections, and this database may take all ${max}.`,
        remedy: {
          text: 'Bound the database below max_connections: Firebreak then comes in through the database postgres. It works at once, without a restart.',
          commands: [
            {
              label: 'as the owner of the database or a superuser',
              language: 'sql',
              text: `ALTER DATABASE ${ident(server.database)} CONNECTION LIMIT ${Math.max(1, max - 6)};`,
            },
          ],
        },
      },
    ];
  },
});
