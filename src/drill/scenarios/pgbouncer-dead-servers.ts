import pg from 'pg';
import { formatCount } from '../../domain/format.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';

/**
 * A switchover and back: a service started while the address led to the standby. The address leads to the primary again,
 * and PgBouncer keeps the connections that it has: every change of the service is refused.
 */
export const scenario: Scenario = {
  id: 'pgbouncer-dead-servers',
  title: 'PgBouncer keeps connections to the former primary after a switchover, which refuses every change',
  alert: 'PgbouncerErrors',
  needs: { replica: true, pgbouncer: true, serviceAddress: true },
  expected: () => ({
    cause: 'pgbouncer-dead-servers',
    culprit: null,
    actions: ['pgbouncer.reconnect'],
    guilty: [],
  }),
  async provoke({ shape: { names, size }, deployment, primary, replica, serviceAddress, sql, until }) {
    serviceAddress.leadTo(replica);
    await deployment({
      namespace: names.services,
      name: names.other,
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: size.pool,
        steps: [
          'select pg_sleep(0.2)',
          `update ${pg.escapeIdentifier(names.busyTable)} set amount = amount + 1 where id = {n}`,
          { pauseMs: 200 },
        ],
        afterwards: 'repeat',
        onError: 'continue',
      },
    });
    await until('the service is connected to the standby', async () => (await onStandby(sql, names)) > 0);
    serviceAddress.leadTo(primary);
  },
  async symptom({ shape: { names }, sql }) {
    const connections = await onStandby(sql, names);
    return connections === 0
      ? null
      : `${formatCount(connections, 'connection')} of PgBouncer ${connections === 1 ? 'leads' : 'lead'} to the standby`;
  },
};

async function onStandby(sql: Stage['sql'], { otherRole }: Stage['shape']['names']): Promise<number> {
  const rows = await sql('select from pg_stat_activity where usename = $1', [otherRole], 'replica');
  return rows.length;
}
