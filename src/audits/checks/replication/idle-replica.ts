import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'idle-replica',
  system: 'replication',
  title: 'Replica that nobody reads from',
  todo: 'Point reports and batch jobs at the replica',
  severity: 'low',
  why: 'The relief is there and paid for, and every report still runs on the primary.',
  falsePositives:
    'A standby that is kept for failover alone, or whose readers come at other hours: suppress it. It is one moment that is looked at.',
  holds: ['factor-4', 'action-replica'],
  needs: ['server', 'replicaActivity'],
  check({ server, replicaActivity }) {
    const own = server.roles.find((role) => role.own)?.name;
    return replicaActivity
      .filter(({ groups }) => groups.every(({ user }) => user === own))
      .map(({ server: replica }) => ({
        subject: `replica ${replica}`,
        evidence: 'No session but those of Firebreak is open on it now.',
        remedy: {
          text: 'Point reports, dashboards and batch jobs at it (audits analytics-on-primary and batch-on-primary name them).',
          commands: [],
        },
      }));
  },
});
