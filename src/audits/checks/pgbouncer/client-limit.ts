import { poolerSettingAudit } from '../../pooler-setting-audit.ts';

/** Share of the limit from which on the next deployment may go over it. */
const FULL = 0.8;

export const audit = poolerSettingAudit({
  id: 'client-limit',
  title: 'PgBouncer is close to its limit of clients',
  todo: 'Raise max_client_conn',
  severity: 'high',
  why: 'Above it new clients are refused, although the server has room: a rollout that doubles the pods for a moment is enough.',
  falsePositives:
    'It is one moment that is looked at. Clients of databases that are not configured here are not counted.',
  holds: ['lesson-4'],
  problem({ pools, settings: { maxClientConnections: most } }) {
    const clients = pools.reduce((sum, pool) => sum + pool.clientsActive + pool.clientsWaiting, 0);
    return clients < FULL * most ? null : `${clients} clients of at most ${most} (max_client_conn).`;
  },
  note: 'Raise it; a waiting client costs about 2 kB. The limit of open files has to allow clients and servers together.',
  line: ({ settings }) => `max_client_conn = ${Math.max(1000, settings.maxClientConnections * 4)}`,
});
