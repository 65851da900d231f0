import { formatBytes } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';
import { literal } from '../../sql-literal.ts';

export const audit = defineAudit({
  id: 'slot-retention',
  system: 'replication',
  title: 'Replication slot keeps WAL for nobody',
  todo: 'Bring the consumer of the slot back, or drop the slot',
  severity: 'high',
  why: 'The log that it keeps grows until the disk of the primary is full, and then every write fails.',
  falsePositives:
    'A consumer that is restarted at this moment: run the audit again. A slot that is lost keeps nothing more, but its consumer has to be built anew.',
  holds: ['action-cdc'],
  needs: ['activity'],
  check({ activity }) {
    return activity.slotsRetaining
      .filter(
        ({ active, walStatus }) => !active || ['extended', 'unreserved', 'lost'].includes(walStatus ?? ''),
      )
      .map((slot) => ({
        subject: `replication slot ${slot.name}`,
        severity: slot.walStatus === 'lost' ? ('medium' as const) : ('high' as const),
        evidence: `${slot.type} slot, ${slot.active ? 'in use' : 'nobody reads it'}, WAL status ${slot.walStatus ?? 'unknown'}, ${slot.retainedBytes === null ? 'an unknown amount' : formatBytes(slot.retainedBytes)} kept.`,
        remedy: {
          text: 'Bring its consumer back. Drop the slot only when nobody will come for it: what read from it has to be synchronised from the beginning.',
          commands: [
            {
              label: 'a decision for people; as a superuser or a role with REPLICATION',
              language: 'sql' as const,
              text: `SELECT pg_drop_replication_slot(${literal(slot.name)});`,
            },
          ],
        },
      }));
  },
});
