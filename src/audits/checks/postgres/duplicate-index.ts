import { formatBytes } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'duplicate-index',
  system: 'postgres',
  title: 'Two indexes that do the same',
  todo: 'Drop the second index',
  severity: 'low',
  why: 'Every write keeps both up to date, and each takes its room in memory.',
  falsePositives:
    'Unique indexes are left out. An index that a query names in a hint would be missed: look first.',
  holds: [],
  needs: ['relations'],
  check({ relations }) {
    return relations.duplicateIndexes.map(({ names, table, bytes }) => {
      const [kept = '', ...others] = names;
      return {
        subject: `index ${others.join(', ')}`,
        evidence: `The same columns, order and condition as ${kept} on table ${table}; ${formatBytes(bytes)} each at most.`,
        remedy: {
          text: `Keep ${kept}, the older one.`,
          commands: others.map((name) => ({
            label: 'as the owner of the table, outside of a transaction',
            language: 'sql' as const,
            text: `DROP INDEX CONCURRENTLY ${name};`,
          })),
        },
      };
    });
  },
});
