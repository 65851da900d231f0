import { formatBytes } from '../../../domain/format.ts';
import type { TableUse } from '../../../domain/server-readout.ts';
import { defineAudit } from '../../audit.ts';
import { formatNumber } from '../../words.ts';

/** Fewer rows are read in a moment, whatever the index. */
const LARGE_ROWS = 100_000;
const MANY_SCANS = 10;

/** The scans read the table ten times over, so that they are no small probes which a LIMIT ended. */
function isScanned({ liveRows, sequentialScans, sequentialRows }: TableUse): boolean {
  return liveRows > LARGE_ROWS && sequentialScans >= MANY_SCANS && sequentialRows > MANY_SCANS * liveRows;
}

export const audit = defineAudit({
  id: 'sequential-scans',
  system: 'postgres',
  title: 'Large table read from end to end again and again',
  todo: 'Index what its queries filter on, or send them to a replica',
  severity: 'high',
  why: 'Each such query reads the whole table; a few at a time take every core and push everybody else out of memory.',
  falsePositives:
    'Reports that need most rows of the table gain nothing from an index: run them on a replica, or from a summary. Statistics may be old: pg_stat_reset() starts them anew. Dumps read every table too.',
  step: 'postgres.create-index',
  holds: ['cause'],
  needs: ['relations'],
  check({ relations }) {
    const since = relations.statisticsSince;
    return relations.tables.filter(isScanned).map((table) => {
      const perScan = Math.round(table.sequentialRows / table.sequentialScans);
      return {
        subject: `table ${table.name}`,
        evidence: `${formatNumber(table.sequentialScans)} sequential scans read ${formatNumber(table.sequentialRows)} rows, ${formatNumber(perScan)} each, ${since === null ? 'since the server began to count' : `since ${since.slice(0, 10)}`}; the table has ${formatNumber(table.liveRows)} rows in ${formatBytes(table.bytes)}. Its indexes begin with: ${leading(table)}.`,
        remedy: {
          text: 'Find the queries and what they filter on. If they need few rows, build an index that begins with that column; if they need most, send them to a replica.',
          commands: [
            {
              label: 'which queries read it',
              language: 'sql' as const,
              text: `SELECT calls, round(mean_exec_time) AS ms, rows / calls AS rows, query FROM pg_stat_statements\nWHERE query ILIKE '%${bareName(table.name)}%' ORDER BY shared_blks_read + shared_blks_hit DESC LIMIT 5;`,
            },
            {
              label: 'then, outside of a transaction, while watching it',
              language: 'sql' as const,
              text: `CREATE INDEX CONCURRENTLY ON ${table.name} (<column of the filter>);`,
            },
          ],
        },
      };
    });
  },
});

function leading({ indexes }: TableUse): string {
  const columns = indexes.map(([first]) => first ?? 'an expression');
  return columns.length === 0 ? 'there is none' : [...new Set(columns)].join(', ');
}

/** The name without its schema, for a search in query texts. */
function bareName(name: string): string {
  return (/^(?:"(?:[^"]|"")*"|[^."]+)\.(.*)$/.exec(name)?.[1] ?? name)
    .replace(/^"(.*)"$/, '$1')
    .replaceAll("'", "''");
}
