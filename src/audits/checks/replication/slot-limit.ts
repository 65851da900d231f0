import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'slot-limit',
  system: 'replication',
  title: 'Replication slots may fill the disk',
  todo: 'Set max_slot_wal_keep_size',
  severity: 'medium',
  why: 'One dead consumer is enough: its slot keeps all log from then on, and the primary stops when the disk is full.',
  falsePositives:
    'Where losing a slot is worse than stopping, the limit may be off on purpose: then watch the disk, and suppress it.',
  holds: ['action-cdc'],
  needs: ['server', 'activity'],
  check({ server, activity }) {
    const slots = activity.slotsRetaining.length;
    if (slots === 0) return { doesNotApply: 'The server has no replication slot.' };
    if (activity.wal.slotKeepBytes !== null) return [];
    return [
      {
        subject: `server of database ${server.database}`,
        evidence: `max_slot_wal_keep_size = -1 with ${slots} replication ${slots === 1 ? 'slot' : 'slots'}: there is no limit.`,
        remedy: {
          text: 'Set it to what the disk can spare; a consumer that is behind by more has to be synchronised anew.',
          commands: [
            {
              label: 'as a superuser; a reload is enough',
              language: 'sql',
              text: "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB';\nSELECT pg_reload_conf();",
            },
          ],
        },
      },
    ];
  },
});
