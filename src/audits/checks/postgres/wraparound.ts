import { defineAudit } from '../../audit.ts';
import { formatNumber } from '../../words.ts';

/** autovacuum_freeze_max_age is 200 million by default; twice that says that freezing does not keep up. */
const LATE = 400_000_000;
/** PostgreSQL stops to accept writes somewhat above 2.1 thousand million. */
const CLOSE = 1_000_000_000;

export const audit = defineAudit({
  id: 'wraparound',
  system: 'postgres',
  title: 'Transaction ids are not frozen in time',
  todo: 'Freeze the oldest tables',
  severity: 'high',
  why: 'Before the ids run out PostgreSQL refuses every write until a long vacuum is through.',
  falsePositives:
    'Where autovacuum_freeze_max_age was raised on purpose to more than 400 million: suppress it.',
  holds: [],
  needs: ['server'],
  check({ server }) {
    return server.ages
      .filter(({ age }) => age > LATE)
      .map(({ database, age }) => ({
        subject: `database ${database}`,
        severity: age > CLOSE ? ('critical' as const) : ('high' as const),
        evidence: `Its oldest transaction id is ${formatNumber(age)} old; at 2.1B PostgreSQL stops.`,
        remedy: {
          text: 'Find what holds it up first: a long transaction, a dead replication slot, a prepared transaction. Then freeze the oldest tables, in quiet hours.',
          commands: [
            {
              label: `the oldest tables, in database ${database}`,
              language: 'sql' as const,
              text: "SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind IN ('r', 't', 'm') ORDER BY 2 DESC LIMIT 10;",
            },
            {
              label: 'for each of them',
              language: 'sql' as const,
              text: 'VACUUM (FREEZE, VERBOSE) <table>;',
            },
          ],
        },
      }));
  },
});
