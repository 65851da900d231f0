import { formatShare } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';
import { formatNumber } from '../../words.ts';

const MANY = 100_000;
/** autovacuum_vacuum_scale_factor is 0.2 by default, so more means that vacuum does not keep up. */
const SHARE = 0.3;

export const audit = defineAudit({
  id: 'dead-rows',
  system: 'postgres',
  title: 'Table full of dead rows',
  todo: 'Vacuum the table, and find out what kept autovacuum from it',
  severity: 'medium',
  why: 'Every scan reads the dead rows too, and the table takes memory that others need.',
  falsePositives: 'Right after a bulk change it is normal until autovacuum comes: look again in an hour.',
  holds: [],
  needs: ['relations'],
  check({ relations }) {
    return relations.tables
      .filter(({ deadRows, liveRows }) => deadRows > MANY && deadRows > SHARE * liveRows)
      .map(({ name, deadRows, liveRows }) => ({
        subject: `table ${name}`,
        evidence: `${formatNumber(deadRows)} dead rows beside ${formatNumber(liveRows)} live ones, ${formatShare(deadRows / (deadRows + liveRows))} of all.`,
        remedy: {
          text: 'Vacuum it in quiet hours, and find out what kept autovacuum from it: a long transaction, a slot, or a scale factor that is too large for so big a table.',
          commands: [
            {
              label: 'as the owner of the table, outside of a transaction',
              language: 'sql' as const,
              text: `VACUUM (ANALYZE) ${name};`,
            },
            {
              label: 'for a large table',
              language: 'sql' as const,
              text: `ALTER TABLE ${name} SET (autovacuum_vacuum_scale_factor = 0.02);`,
            },
          ],
        },
      }));
  },
});
