import { formatCount } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'session-mode',
  system: 'pgbouncer',
  title: 'Pool in session mode',
  todo: 'Switch the pool to transaction mode',
  severity: 'medium',
  why: 'Each client keeps a server connection as long as it is connected: many clients do not share few connections, which is what PgBouncer is for.',
  falsePositives:
    'Clients that need a session of their own (LISTEN, advisory locks, temporary tables, SET): suppress it for them.',
  holds: ['action-pgbouncer'],
  needs: ['poolers'],
  check({ poolers }) {
    return poolers.flatMap(({ name, pools }) =>
      pools
        .filter(({ mode }) => mode === 'session')
        .map(({ database, user, clientsActive, serversActive }) => ({
          subject: `pool ${database}/${user} of PgBouncer ${name}`,
          evidence: `pool_mode = session; now ${formatCount(clientsActive, 'client')} on ${formatCount(serversActive, 'server connection')}.`,
          remedy: {
            text: 'Find out whether the service needs a session of its own. If not, switch this database to transaction mode; clients that are connected finish first.',
            commands: [
              {
                label: 'in pgbouncer.ini, section [databases], then RELOAD on its console',
                language: 'text' as const,
                text: `${database} = <as before> pool_mode=transaction`,
              },
            ],
          },
        })),
    );
  },
});
