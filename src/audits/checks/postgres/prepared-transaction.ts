import { formatDuration } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';
import { literal } from '../../sql-literal.ts';

const LONG_SECONDS = 300;

export const audit = defineAudit({
  id: 'prepared-transaction',
  system: 'postgres',
  title: 'Prepared transaction that nobody ends',
  todo: 'Commit or roll back the prepared transaction',
  severity: 'high',
  why: 'It keeps its locks over every restart, and vacuum cannot clean up behind it; no session shows it.',
  falsePositives: 'A transaction manager that is itself being repaired will end it: ask its people first.',
  holds: [],
  needs: ['activity'],
  check({ activity }) {
    return activity.prepared
      .filter(({ seconds }) => seconds > LONG_SECONDS)
      .map(({ gid, owner, database, seconds }) => ({
        subject: `prepared transaction ${gid}`,
        evidence: `Prepared ${formatDuration(seconds)} ago by role ${owner} in database ${database}.`,
        remedy: {
          text: 'Let its transaction manager decide. When that is gone, a person decides whether it is committed or rolled back.',
          commands: [
            {
              label: `a decision for people; as ${owner} or a superuser, connected to ${database}`,
              language: 'sql' as const,
              text: `ROLLBACK PREPARED ${literal(gid)};`,
            },
          ],
        },
      }));
  },
});
