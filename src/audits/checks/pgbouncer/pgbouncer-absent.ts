import { formatCount, formatShare } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'pgbouncer-absent',
  system: 'pgbouncer',
  title: 'No PgBouncer in front',
  todo: 'Put a PgBouncer in front',
  severity: 'medium',
  why: 'Each client holds a connection of the server, mostly idle: a storm or a leak of one service takes the slots of all others.',
  falsePositives:
    'A pooler that the configuration does not name, such as RDS Proxy, PgCat or one in each pod: name its console if it is a PgBouncer, else suppress it.',
  step: 'pgbouncer.generate',
  holds: ['action-pgbouncer', 'action-pools'],
  needs: ['activity'],
  check({ activity, database }) {
    if (database.poolers.length > 0) return [];
    const { groups, slots } = activity;
    const count = (some: typeof groups) => some.reduce((sum, { backends }) => sum + backends, 0);
    const all = count(groups);
    const idle = count(groups.filter(({ state }) => state === 'idle'));
    const addresses = new Set(groups.map(({ clientAddress }) => clientAddress)).size;
    const share = all === 0 ? '' : `, ${formatShare(idle / all)} of them idle`;
    return [
      {
        subject: `database ${database.name}`,
        evidence: `None is configured. Now ${all} of ${slots.max} connections come from ${formatCount(addresses, 'address', 'addresses')}${share}.`,
        remedy: {
          text: 'Put a PgBouncer in front in transaction mode, point the services at it, and name it under databases[].pgbouncer. Session variables, LISTEN and advisory locks of a session do not work through it.',
          commands: [
            { label: 'pgbouncer.ini to begin with', language: 'text', text: configuration(slots.max) },
          ],
        },
      },
    ];
  },
});

function configuration(slots: number): string {
  return [
    '[databases]',
    '* = host=<primary> port=5432',
    '[pgbouncer]',
    'pool_mode = transaction',
    `default_pool_size = ${Math.max(5, Math.floor(slots / 4))}`,
    `max_db_connections = ${Math.max(5, Math.floor(slots * 0.6))}`,
    'max_client_conn = 2000',
    'query_wait_timeout = 15',
    'idle_transaction_timeout = 60',
    'server_login_retry = 2',
    'application_name_add_host = 1',
    '# 1.21 and later:',
    '# max_prepared_statements = 200',
    'auth_type = scram-sha-256',
    'auth_file = <file>',
    'admin_users = firebreak',
  ].join('\n');
}
