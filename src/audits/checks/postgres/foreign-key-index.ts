import { defineAudit } from '../../audit.ts';
import { formatNumber } from '../../words.ts';

export const audit = defineAudit({
  id: 'foreign-key-index',
  system: 'postgres',
  title: 'Foreign key without an index',
  todo: 'Index the foreign key',
  severity: 'medium',
  why: 'Each delete or change of a key in the other table reads this one from end to end, while it holds a lock.',
  falsePositives: 'When rows of the other table are never deleted and their keys never change: suppress it.',
  step: 'postgres.create-index',
  holds: ['cause'],
  needs: ['relations'],
  check({ relations }) {
    return relations.unindexedKeys.map(({ constraint, table, references, columns, rows }) => ({
      subject: `foreign key ${constraint} of table ${table}`,
      evidence: `It refers to ${references} by ${columns.join(', ')}; no index of the ${formatNumber(rows)} rows begins with that.`,
      remedy: {
        text: 'Build the index; it blocks no writes, and takes a while.',
        commands: [
          {
            label: 'as the owner of the table, outside of a transaction',
            language: 'sql' as const,
            text: `CREATE INDEX CONCURRENTLY ON ${table} (${columns.join(', ')});`,
          },
        ],
      },
    }));
  },
});
