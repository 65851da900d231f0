import { formatBytes } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'invalid-index',
  system: 'postgres',
  title: 'Index that a failed build left behind',
  todo: 'Drop the invalid index, or build it again',
  severity: 'medium',
  why: 'Every write keeps it up to date, and no query uses it.',
  falsePositives: 'One that is being built at this moment is left out, as long as its session is visible.',
  step: 'postgres.drop-index',
  holds: ['cause'],
  needs: ['relations'],
  check({ relations }) {
    return relations.invalidIndexes.map(({ name, table, bytes }) => ({
      subject: `index ${name}`,
      evidence: `It is marked invalid, on table ${table}, ${formatBytes(bytes)}.`,
      remedy: {
        text: 'Drop it, and build it again if it is still wanted. Neither blocks writes.',
        commands: [
          {
            label: 'as the owner of the table, outside of a transaction',
            language: 'sql' as const,
            text: `DROP INDEX CONCURRENTLY ${name};`,
          },
        ],
      },
    }));
  },
});
