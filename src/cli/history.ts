import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { createCharts } from '../adapters/charts/create-charts.ts';
import { historyChart, type RecordedDrill } from '../charts/history-chart.ts';
import { chartSpec } from '../charts/spec.ts';
import type { ThemeName } from '../charts/themes.ts';
import { loadConfig } from '../config/load-config.ts';
import { FirebreakError } from '../domain/errors.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { learnedFrom, timesOf } from '../domain/learning.ts';
import { createDrills } from '../engine/drills.ts';
import type { State } from '../ports/state.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { printable } from '../words/printable.ts';
import { drillTexts, learnedTexts, turnsText } from '../words/turns.ts';
import { count } from './incident-arguments.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak history                                      how long incidents took, and drills beside them
  $ firebreak history --database orders-primary --json
  $ firebreak history --png history.png --theme light      the same as a picture`;

interface Options {
  readonly config: string;
  readonly database?: string;
  readonly limit: number;
  readonly png?: string;
  readonly theme: ThemeName;
  readonly json?: true;
}

/** `firebreak history`: incidents and drills over time, how long each took, and what they have in common. */
export function historyCommand(): Command {
  return new Command('history')
    .description('How long incidents and drills took, over time, and what the incidents have in common.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--database <name>', 'only incidents of this database; drills are of no database')
    .option('--limit <count>', 'how many incidents, and how many drills', count, 50)
    .option('--png <file>', 'draw it there too')
    .addOption(new Option('--theme <theme>', 'of the picture').choices(['light', 'dark']).default('dark'))
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const past = await withState(options.config, reachStateUrl, async (state) => read(state, options));
      const text = options.json === true ? JSON.stringify(asJson(past)) : asLines(past).join('\n');
      process.stdout.write(`${text}\n`);
      if (options.png !== undefined) await draw(past, options.png, options);
    });
}

/** Newest first. */
interface Past {
  readonly incidents: readonly Incident[];
  readonly drills: readonly RecordedDrill[];
}

async function read(state: State, { database, limit }: Options): Promise<Past> {
  const rows = (await state.incidents.list(limit)).filter(
    (row) => row.prunedAt === null && (database === undefined || row.database === database),
  );
  const events = await state.journal.readAll(rows.map(({ id }) => ({ stream: id, after: 0 })));
  const streams = Map.groupBy(events, ({ stream }) => stream);
  const all = rows.flatMap(({ id }) => {
    const own = streams.get(id);
    return own === undefined ? [] : [foldIncident(id, own)];
  });
  return {
    // A prevention run has no turns: nothing was out of order.
    incidents: all.filter(({ purpose }) => purpose === 'incident'),
    drills: (await createDrills(state.journal).recent(limit)).toReversed(),
  };
}

function asJson({ incidents, drills }: Past): object {
  return {
    incidents: incidents.map((one) => ({
      id: one.id,
      database: one.database,
      openedAt: one.openedAt,
      times: timesOf(one),
    })),
    drills,
    learned: learnedFrom(incidents),
  };
}

function asLines({ incidents, drills }: Past): string[] {
  const listed = [
    ...incidents.map((one) => ({
      at: one.openedAt,
      text: `${one.id} ${one.database}: ${turnsText(timesOf(one)) || 'no time is known'}`,
    })),
    ...drills.map((one) => ({ at: one.at, text: drillTexts([one]).join(' ') })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
  if (listed.length === 0) return ['There is no incident yet, and no drill was recorded.'];
  const common = [...learnedTexts(learnedFrom(incidents)), ...(drills.length > 1 ? drillTexts(drills) : [])];
  return [...listed.map(({ at, text }) => `${at.slice(0, 16).replace('T', ' ')} ${text}`), ...common].map(
    printable,
  );
}

async function draw(past: Past, file: string, { config, database, theme }: Options): Promise<void> {
  const { timeZone } = await loadConfig(config);
  const title = database === undefined ? 'Incidents and drills' : `Incidents of ${database}, and drills`;
  const chart = historyChart(past, { title, timeZone });
  if (chart === null)
    throw new FirebreakError(
      'chart-failed',
      'There is too little for a picture: it takes two incidents or drills.',
      {
        hint: 'Record rehearsals with "firebreak drill --auto --record-in firebreak.yml".',
      },
    );
  await writeFile(file, await createCharts().png(chartSpec(chart, theme), new AbortController().signal));
}
