import type { types } from '@slack/bolt';
import type { DrillRecord } from '../../domain/drill-record.ts';
import { formatDuration } from '../../domain/format.ts';
import { actorName } from '../../domain/told.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import type { OnCallPerson } from '../../ports/on-call.ts';
import { actionIds } from './action-ids.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { incidentLines, type Linked } from './incident-lines.ts';
import { rest } from './rest.ts';
import { bold, bullets, code, type Inline, line, type Part, richText, text, time } from './rich-text.ts';
import { header, plain } from './text-objects.ts';

/** Who is on call by one source, or why that is not known. */
export type Watch = { readonly source: string } & (
  | { readonly people: readonly OnCallPerson[] }
  | { readonly problem: string }
);

/** What one person sees in the Home tab. */
export interface HomeInput {
  /** Incidents and prevention runs. */
  readonly open: readonly Linked[];
  /** Those of them, the same objects, in which a decision waits that this person may make. */
  readonly mine: readonly Linked[];
  readonly connections: readonly ConnectionHealth[];
  readonly drill: (DrillRecord & { readonly at: string }) | null;
  readonly onCall: readonly Watch[];
  /** What could not be read, in a sentence; null when everything was. */
  readonly problem: string | null;
}

const MOST_LISTED = 10;
const MOST_CONNECTIONS = 40;

/** The Home tab: incidents, decisions, prevention runs, connections. Sections, since Slack shows no table there. Pure. */
export function homeView(input: HomeInput): types.HomeView {
  const { problem } = input;
  const runs = input.open.filter(isPrevention);
  const open = input.open.filter((one) => !isPrevention(one));
  const mine = input.mine.filter((one) => !isPrevention(one));
  const others = open.filter((one) => !mine.includes(one));
  return {
    type: 'home',
    blocks: [
      ...(problem === null ? [] : richText(line(text('❌ '), bold(clip(problem, 500))))),
      header(mineTitle(mine.length, input.mine.length)),
      ...listed(mine),
      header(othersTitle(others.length, mine.length)),
      ...listed(others),
      startButton(),
      ...preventionBlocks(runs, input.mine),
      ...connectionBlocks(input.connections),
      ...onCallBlocks(input.onCall),
      header('Last drill'),
      ...richText(drillLine(input.drill)),
      contextLine(text('Brought up to date while you look. Type /db-triage help for what can be typed.')),
    ],
  };
}

function isPrevention({ incident }: Linked): boolean {
  return incident.purpose === 'prevention';
}

/** @param all How many decisions wait for this person, those of prevention runs included. */
function mineTitle(incidents: number, all: number): string {
  if (incidents > 0) return `Waiting for you: ${incidents}`;
  return all === 0 ? 'No decision waits for you' : 'No incident waits for you';
}

/** Prevention runs are no outage: they stand apart, those first that wait for this person. */
function preventionBlocks(runs: readonly Linked[], mine: readonly Linked[]): types.KnownBlock[] {
  if (runs.length === 0) return [];
  const waiting = runs.filter((one) => mine.includes(one));
  const others = runs.filter((one) => !mine.includes(one));
  const forYou = waiting.length === 0 ? '' : `, ${waiting.length} waiting for you`;
  return [
    header(`Prevention: ${runs.length} open${forYou}`),
    ...listed([...waiting, ...others]),
    contextLine(text('Remedies of the audits, each applied on approval. No outage: it can wait.')),
  ];
}

/** What waits for this person is not named twice. */
function othersTitle(others: number, mine: number): string {
  if (mine === 0) return others === 0 ? 'No incident is open' : `Open incidents: ${others}`;
  return others === 0 ? 'No other incident is open' : `Other open incidents: ${others}`;
}

function listed(incidents: readonly Linked[]): types.KnownBlock[] {
  return [
    ...incidents.slice(0, MOST_LISTED).flatMap((one) => richText(incidentLines(one))),
    ...richText(
      ...rest(
        incidents.length - MOST_LISTED,
        'incidents; /db-triage status lists them',
        'incident; /db-triage status lists it',
      ),
    ),
  ];
}

function startButton(): types.ActionsBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: actionIds.triageStart,
        text: plain('Start database triage', 75),
      },
    ],
  };
}

const WORDS: Readonly<Record<ConnectionHealth['state'], string>> = {
  up: '🟢 up',
  down: '🔴 down',
  unknown: '⚪ not used yet',
};

/** Those that are down come first. */
function connectionBlocks(connections: readonly ConnectionHealth[]): types.KnownBlock[] {
  const down = connections.filter(({ state }) => state === 'down');
  const others = connections.filter(({ state }) => state !== 'down');
  const shown = [...down, ...others].slice(0, MOST_CONNECTIONS);
  const title = down.length === 0 ? 'Connections: none is down' : `Connections: ${down.length} down`;
  return [
    header(title),
    ...richText(
      bullets(shown.map(connectionLine)),
      ...rest(connections.length - shown.length, 'connections', 'connection'),
    ),
  ];
}

function connectionLine({ system, name, state, since, lastError }: ConnectionHealth) {
  const when: Inline[] = since === null ? [] : [text(' since '), time(since)];
  const what = lastError === null ? '' : clip(lastError.message, 250);
  const error: Inline[] =
    lastError === null
      ? []
      : state === 'down'
        ? [text(`\n${what}`)]
        : [text('\nlast error '), time(lastError.at), text(`: ${what}`)];
  return line(
    text(`${WORDS[state]} · `),
    bold(NAMES[system]),
    text(` ${clip(name, 120)}`),
    ...when,
    ...error,
  );
}

const NAMES: Readonly<Record<ConnectionHealth['system'], string>> = {
  postgres: 'PostgreSQL',
  pgbouncer: 'PgBouncer',
  kubernetes: 'Kubernetes',
  prometheus: 'Prometheus',
  slack: 'Slack',
  state: 'State',
};

function onCallBlocks(watches: readonly Watch[]): types.KnownBlock[] {
  if (watches.length === 0) return [];
  return [header('On call'), ...richText(bullets(watches.map(watchLine)))];
}

function watchLine(watch: Watch) {
  const source = bold(`${clip(watch.source, 60)}: `);
  if ('problem' in watch) return line(source, text(`not known. ${clip(watch.problem, 250)}`));
  if (watch.people.length === 0) return line(source, text('nobody'));
  return line(
    source,
    ...watch.people
      .slice(0, 5)
      .flatMap((person, index): Inline[] => [
        ...(index === 0 ? [] : [text(', ')]),
        person.slackId !== null && /^[UW][A-Z0-9]{2,}$/.test(person.slackId)
          ? { type: 'user', user_id: person.slackId }
          : text(clip(person.name, 80)),
        ...(person.until === null ? [] : [text(' until '), time(person.until)]),
      ]),
  );
}

function drillLine(drill: HomeInput['drill']): Part {
  if (drill === null) {
    return line(
      text('None was recorded. Rehearse with '),
      code('firebreak drill --auto --record-in firebreak.yml'),
      text('.'),
    );
  }
  const recovered =
    drill.recoverySeconds === null
      ? ''
      : ` · recovered ${formatDuration(drill.recoverySeconds)} after the alert`;
  const [problem] = drill.problems;
  return line(
    text(`${drill.ok ? '🟢 passed' : '🔴 not passed'} · ${clip(drill.scenario, 60)}${recovered} · `),
    time(drill.at),
    text(` · by ${clip(actorName(drill.by), 60)} · version ${clip(drill.version, 30)}`),
    ...(problem === undefined ? [] : [text(`\n${clip(problem, 300)}`)]),
  );
}
