import { ordinarySlots } from '../../../domain/connection-limits.ts';
import type { Pooler } from '../../../domain/pooler.ts';
import { defineAudit } from '../../audit.ts';

/** Share of the slots that pools may take; the rest is for people and for what connects directly. */
const SHARE = 0.8;

export const audit = defineAudit({
  id: 'pool-arithmetic',
  system: 'pgbouncer',
  title: 'PgBouncers may open more connections than there are',
  todo: 'Bound the pools so that they fit into max_connections',
  severity: 'high',
  why: 'A pool is for each pair of database and role, and each PgBouncer has its own: together they fill the server that they should protect.',
  falsePositives:
    'Pools of roles that are never busy at once. Databases of the PgBouncer that lead elsewhere count too, unless databases[].pgbouncer[].pools names the right ones.',
  holds: ['action-pgbouncer', 'action-pools'],
  needs: ['poolers', 'activity'],
  check({ poolers, activity, database }) {
    const slots = ordinarySlots(activity);
    const each = poolers.map((pooler) => ({ pooler, most: mostConnections(pooler) }));
    const total = each.reduce((sum, { most }) => sum + most, 0);
    if (total <= slots) return [];
    const databases = each.reduce((sum, { pooler }) => sum + pooler.databases.length, 0);
    return [
      {
        subject: `database ${database.name}`,
        evidence: `${each.map(({ pooler, most }) => `${pooler.name} up to ${most}`).join(', ')}: ${total} in all, ordinary roles share ${slots}.`,
        remedy: {
          text: 'Bound each database of each PgBouncer as a whole, so that they fit together with room for people and jobs that connect directly.',
          commands: [
            {
              label: 'in pgbouncer.ini of each, then RELOAD on its console',
              language: 'text',
              text: `max_db_connections = ${Math.max(1, Math.floor((slots * SHARE) / Math.max(1, databases)))}`,
            },
          ],
        },
      },
    ];
  },
});

/** Connections that a PgBouncer may open to its databases here, by the pools that it has now. */
function mostConnections({ databases, pools }: Pooler): number {
  return databases.reduce((sum, { name, poolSize, reservePool, maxConnections }) => {
    const users = Math.max(1, pools.filter(({ database }) => database === name).length);
    return sum + Math.min(users * (poolSize + reservePool), maxConnections ?? Number.POSITIVE_INFINITY);
  }, 0);
}
