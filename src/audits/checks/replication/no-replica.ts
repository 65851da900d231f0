import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'no-replica',
  system: 'replication',
  title: 'No replica',
  todo: 'Add a replica for reports and batch jobs',
  severity: 'high',
  why: 'Every report runs on the server that takes the orders, and when that server is lost there is none to take over.',
  falsePositives:
    'A replica that is fed from archived WAL files does not show on the primary; so does one that reconnects at this moment. Managed services may keep an invisible standby for failover, which serves no queries.',
  holds: ['factor-4', 'action-replica', 'lesson-1'],
  needs: ['activity'],
  check({ activity, database }) {
    if (activity.inRecovery)
      return { doesNotApply: 'The server that is configured as primary is a standby itself.' };
    const standbys = activity.standbys.filter(({ kind }) => kind === 'standby');
    const missing = database.replicas.length - standbys.length;
    if (standbys.length > 0 && missing <= 0) return [];
    if (standbys.length > 0)
      return [
        {
          subject: `database ${database.name}`,
          severity: 'medium',
          evidence: `${database.replicas.length} replicas are configured (${database.replicas.join(', ')}), ${standbys.length} streams from the primary: ${standbys.map(({ applicationName }) => applicationName).join(', ')}.`,
          remedy: {
            text: 'Find out which one is gone and bring it back, or take it out of the configuration. A replica of a replica is counted as missing here: suppress it.',
            commands: [
              {
                label: 'which replicas are connected',
                language: 'sql',
                text: 'SELECT application_name, client_addr, state, replay_lag FROM pg_stat_replication;',
              },
            ],
          },
        },
      ];
    return [
      {
        subject: `database ${database.name}`,
        evidence: 'No standby streams from the primary (pg_stat_replication).',
        remedy: {
          text: 'Add a standby, put it under databases[].replicas of firebreak.yml, and point reports and dashboards at it.',
          commands: [
            {
              label: 'on the new host, with a role that has REPLICATION',
              language: 'text',
              text: 'pg_basebackup -h <primary> -U <replication role> -D <data directory> -R -X stream -C -S <slot name>',
            },
          ],
        },
      },
    ];
  },
});
