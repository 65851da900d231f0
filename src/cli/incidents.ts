import Table from 'cli-table3';
import { Command } from 'commander';
import { formatDuration } from '../domain/format.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { type IncidentTimes, learnedFrom, timesOf } from '../domain/learning.ts';
import type { State } from '../ports/state.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { printable } from '../words/printable.ts';
import { learnedTexts } from '../words/turns.ts';
import { count } from './incident-arguments.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak incidents
  $ firebreak incidents --limit 5 --json`;

/** `firebreak incidents`: the newest incidents, a line each, how long each turn took, and who was behind it again. */
export function incidentsCommand(): Command {
  return new Command('incidents')
    .description('List the newest incidents, how long each turn of them took, and what they have in common.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--limit <count>', 'how many', count, 20)
    .option('--json', 'print one JSON array')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config, limit, json }: { config: string; limit: number; json?: true }) => {
      const incidents = await withState(config, reachStateUrl, async (state) => newest(state, limit));
      if (json === true) {
        process.stdout.write(`${JSON.stringify(incidents.map(({ row, times }) => ({ ...row, times })))}\n`);
        return;
      }
      process.stdout.write(incidents.length === 0 ? 'There is no incident yet.\n' : tableOf(incidents));
    });
}

type Row = Awaited<ReturnType<State['incidents']['list']>>[number];

/** A row with what its journal tells; null once retention has removed that. */
interface Listed {
  readonly row: Row;
  readonly incident: Incident | null;
  readonly times: IncidentTimes | null;
}

async function newest(state: State, limit: number): Promise<Listed[]> {
  const rows = await state.incidents.list(limit);
  const streams = rows
    .filter(({ prunedAt }) => prunedAt === null)
    .map(({ id }) => ({ stream: id, after: 0 }));
  const events = Map.groupBy(await state.journal.readAll(streams), ({ stream }) => stream);
  return rows.map((row) => {
    const own = events.get(row.id);
    const incident = own === undefined ? null : foldIncident(row.id, own);
    // A prevention run has no turns: nothing was out of order.
    return { row, incident, times: incident?.purpose === 'incident' ? timesOf(incident) : null };
  });
}

function tableOf(incidents: readonly Listed[]): string {
  const table = new Table({
    head: ['incident', 'status', 'opened', 'cause', 'action', 'recovered', 'database', 'title'],
    style: { head: [], border: [] },
  });
  for (const { row, times } of incidents) {
    const turns = [times?.diagnose, times?.act, times?.recover].map(lasted);
    table.push([
      row.id,
      row.status,
      row.openedAt,
      ...turns,
      printable(row.database),
      printable(row.title).slice(0, 60),
    ]);
  }
  const learned = learnedTexts(learnedFrom(incidents.flatMap(({ incident }) => incident ?? [])));
  return `${[table.toString(), ...learned.map(printable)].join('\n')}\n`;
}

function lasted(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? '' : `+${formatDuration(seconds)}`;
}
