import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { createCharts } from '../adapters/charts/create-charts.ts';
import { missingGuardrails } from '../audits/factors.ts';
import { readSuspensions } from '../audits/read-suspensions.ts';
import { incidentChart } from '../charts/incident-chart.ts';
import { chartSpec } from '../charts/spec.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { FirebreakError } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import type { Measured } from '../domain/post-mortem.ts';
import type { IncidentDesk } from '../engine/desk.ts';
import { measureForPostMortem } from '../engine/write-post-mortem.ts';
import type { State } from '../ports/state.ts';
import { followUpsOf } from '../postmortem/action-items.ts';
import { type PostMortemOptions, postMortem } from '../postmortem/post-mortem.ts';
import { createImpact } from '../wiring/impact-questions.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { asPersonOn, refused } from './alerts/as-person.ts';
import { withAudits } from './audit/with-audits.ts';
import { aboutIncident, eventsOf } from './incident-arguments.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak postmortem INC-12 --out 2024-11-15-orders.md     and its chart beside it, for light and dark pages
  $ firebreak postmortem INC-12 --time-zone Asia/Seoul
  $ firebreak postmortem INC-12 --follow-ups                   and its action items live on: firebreak follow-ups
  $ firebreak postmortem INC-12 --no-measure                   from the journal alone`;

interface Options {
  readonly config: string;
  readonly timeZone?: string;
  readonly out?: string;
  readonly measure: boolean;
  readonly followUps?: true;
  readonly as?: string;
}

/** `firebreak postmortem INC`: the facts of an incident as Markdown, with the lines that people write left for them. */
export function postMortemCommand(): Command {
  return aboutIncident(new Command('postmortem'))
    .description(
      'Write the post-mortem of an incident as Markdown: from its journal, and from what the configuration says how to measure.',
    )
    .option('-o, --out <file>', 'write it there, and its chart beside it')
    .option('--no-measure', 'ask nothing: impact and guardrails that were not looked at before say so')
    .option('--follow-ups', 'let its action items live on as follow-ups, as it does in Slack')
    .option(
      '--as <person>',
      'who you are, with --follow-ups, when the account of this machine does not say it',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, options: Options) => {
      const config = await loadConfig(options.config);
      await withState(options.config, reachStateUrl, async (state) => write(state, config, { id, options }));
    });
}

/** One opened state serves all of it: an embedded one takes seconds to start. */
async function write(
  state: State,
  config: Config,
  { id, options }: { readonly id: string; readonly options: Options },
): Promise<void> {
  const events = await eventsOf(state, id);
  const incident = foldIncident(id, events);
  mayBeWritten(incident, options);
  const timeZone = options.timeZone ?? config.timeZone;
  const measured = lastMeasured(events) ?? (options.measure ? await measure(state, config, incident) : null);
  const picture = options.out === undefined ? null : await writePictures(options.out, id, events, timeZone);
  const text = postMortem(id, events, { timeZone, measured, picture });
  if (options.out === undefined) process.stdout.write(text);
  else await writeFile(options.out, text);
  if (options.followUps !== true) return;
  const drafts = followUpsOf(incident, measured);
  await asPersonOn(state, options, async (desk, by) => takeUp(desk, { incident: id, drafts, by }));
}

function mayBeWritten({ id, purpose, status }: Incident, { followUps }: Options): void {
  if (purpose === 'prevention')
    throw new FirebreakError('not-allowed', `${id} is a prevention run, no outage: it has no post-mortem.`, {
      hint: `firebreak timeline ${id} tells it.`,
    });
  if (followUps === true && status !== 'closed')
    throw new FirebreakError('not-allowed', `${id} is still open: what it leaves to do is not known yet.`, {
      hint: 'Add --follow-ups when it is closed.',
    });
}

/** Tells on stderr which follow-ups there are, so that stdout stays the document. */
async function takeUp(
  { followUps }: IncidentDesk,
  taken: Parameters<IncidentDesk['followUps']['take']>[0],
): Promise<void> {
  const { incident } = taken;
  const refusal = await followUps.take(taken);
  if (refusal !== null) throw refused(refusal);
  const { items } = await followUps.view();
  const own = items.filter(({ incidents }) => incidents.includes(incident)).map(({ id }) => id);
  process.stderr.write(
    own.length === 0
      ? `${incident} left nothing to do.\n`
      : `Follow-ups of ${incident}: ${own.join(', ')}. "firebreak follow-ups" has their owners and days.\n`,
  );
}

/** What was measured when the document was written in Slack: both tell the same. */
function lastMeasured(events: readonly RecordedEvent[]): Measured | null {
  const last = events.map(({ event }) => event).findLast(({ type }) => type === 'postmortem.written');
  return last?.type === 'postmortem.written' ? last.measured : null;
}

async function measure(state: State, config: Config, incident: Incident): Promise<Measured> {
  const { signal } = new AbortController();
  const databases = config.databases.filter(({ name }) => name === incident.database);
  const suspensions = async () => readSuspensions(state);
  return await withAudits(config, { databases, suspensions }, async (audits) =>
    measureForPostMortem(
      {
        impact: createImpact(config.databases, fetch),
        factors: async (database) => missingGuardrails(audits, database, signal),
      },
      incident,
      new Date(),
      signal,
    ),
  );
}

/** The chart beside the document, once for light and once for dark pages; null when too little was measured. */
async function writePictures(
  out: string,
  id: string,
  events: readonly RecordedEvent[],
  timeZone: string,
): Promise<PostMortemOptions['picture']> {
  const incident = foldIncident(id, events);
  const chart = incidentChart(incident, incident.closedAt ?? new Date().toISOString(), timeZone);
  if (chart === null) return null;
  const charts = createCharts();
  const stem = basename(out).replace(/\.md$/, '');
  const picture = { light: `${stem}-light.png`, dark: `${stem}-dark.png` };
  for (const theme of ['light', 'dark'] as const) {
    const png = await charts.png(chartSpec(chart, theme), new AbortController().signal);
    await writeFile(join(dirname(out), picture[theme]), png);
  }
  return picture;
}
