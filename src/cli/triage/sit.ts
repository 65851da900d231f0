import { type Logger, pino } from 'pino';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import { readEnvironment } from '../../config/env.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Person } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';
import { formatDuration } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Purpose } from '../../domain/runbook.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import { attend } from '../../terminal/attend.ts';
import { BLANK, type Line, say } from '../../terminal/lines.ts';
import { withoutMentions } from '../../terminal/mentions.ts';
import { createScreen, type Screen } from '../../terminal/screen.ts';
import { tellTimeIn } from '../../terminal/tell-time.ts';
import { personHere } from './person-here.ts';
import { type Seat, takeSeat } from './seat.ts';

/** What the commands that handle a run in a terminal have in common. */
export interface SittingOptions {
  readonly config: string;
  readonly runbook?: string;
  readonly as?: string;
  readonly timeZone: string;
}

/** Handles the run of a database, or a new one of this purpose, until it is closed or the person leaves. */
export async function sitDown(
  database: string | undefined,
  options: SittingOptions,
  purpose: Purpose,
): Promise<void> {
  const config = await loadConfig(options.config);
  const screen = screenHere(COMMANDS[purpose]);
  const stop = new AbortController();
  const ask = async (name: string) => screen.secret(`Passphrase of ${name}:`, stop.signal);
  const by = await personHere(config, options.as, ask);
  const onSignal = () =>
    stop.abort(
      new FirebreakError('stopped', 'The terminal was closed.', {
        hint: 'Start it again: it goes on where it was.',
      }),
    );
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, onSignal);
  await sit({ config, database, options, purpose, screen, by, stop: stop.signal });
}

const COMMANDS = { incident: 'firebreak triage', prevention: 'firebreak prevent' } as const;

interface Sitting {
  readonly config: Config;
  readonly database: string | undefined;
  readonly options: SittingOptions;
  readonly purpose: Purpose;
  readonly screen: Screen;
  readonly by: Person;
  readonly stop: AbortSignal;
}

/** Takes a seat, and another one whenever it is lost, until the incident is closed or the person leaves. */
async function sit(sitting: Sitting): Promise<void> {
  const { config, screen, by, stop } = sitting;
  const logger = loggerOnto(screen);
  let { database } = sitting;
  for (;;) {
    screen.status('Opening the state');
    await using seat = await takeSeat(config, logger);
    screen.status(null);
    screen.print([say(`You are ${by.name} (${by.id}). ${seat.where}`, { style: 'faint' }), BLANK]);
    database ??= await chooseDatabase(screen, seat.desk, stop);
    if (database === undefined) return;
    const incidentId = await open(sitting, seat.desk, database);
    try {
      await follow(sitting, seat, incidentId);
      return;
    } catch (error) {
      if (!seat.lost.aborted) throw error;
      screen.status(null);
      screen.print([say(`${String(seat.lost.reason?.message ?? '')} Taking over.`, { style: 'warning' })]);
    }
  }
}

async function follow(
  { screen, by, stop, options, purpose }: Sitting,
  { desk, actionClassOf, afterwards, lost }: Seat,
  incidentId: string,
): Promise<void> {
  const result = await attend({
    desk,
    incidentId,
    by,
    screen,
    time: tellTimeIn(options.timeZone, () => systemClock.now()),
    clock: systemClock,
    actionClassOf,
    signal: AbortSignal.any([stop, lost]),
    interrupted: nextInterrupt,
  });
  if (result === 'left') {
    screen.print([say(`${incidentId} stays open. "${COMMANDS[purpose]}" comes back to it. ${afterwards}`)]);
    return;
  }
  screen.print([
    ...(purpose === 'incident' ? lasted((await desk.view(incidentId))?.incident) : []),
    say(`firebreak timeline ${incidentId} tells what happened${WRITES_DOWN[purpose](incidentId)}.`),
  ]);
}

const WRITES_DOWN = {
  incident: (id: string) => `, firebreak postmortem ${id} writes it down`,
  prevention: () => '',
} as const;

function lasted(incident: Incident | undefined): Line[] {
  const closed = incident?.closedAt ?? null;
  if (incident === undefined || closed === null) return [];
  const seconds = (Date.parse(closed) - Date.parse(incident.openedAt)) / 1000;
  return [say(`From the alert to the end: ${formatDuration(seconds)}.`)];
}

async function chooseDatabase(
  screen: Screen,
  { databases }: IncidentDesk,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (databases.length === 1) return databases[0];
  const items = databases.map((name) => ({ value: name, label: name }));
  return (await screen.choose('Which database?', items, signal)) ?? undefined;
}

/** The run that is open for the database, or a new one. */
async function open(
  { options, by, purpose }: Sitting,
  desk: IncidentDesk,
  database: string,
): Promise<string> {
  const present = (await desk.listOpen()).find(
    (incident) => incident.database === database && incident.purpose === purpose,
  );
  if (present !== undefined) return present.id;
  const opened = await desk.open({ database, runbook: options.runbook ?? null, by, purpose });
  if (opened.status !== 'refused') return opened.incidentId;
  throw new FirebreakError('not-allowed', withoutMentions(opened.message), {
    hint: `${COMMANDS[purpose]} --help has examples; firebreak check lists the configuration.`,
  });
}

/** The terminal of this process. @throws FirebreakError `no-terminal`. */
function screenHere(command: string): Screen {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new FirebreakError('no-terminal', `${command} asks questions, and there is no terminal.`, {
      hint: 'Start it in a terminal; with kubectl exec give -it. firebreak incidents and firebreak timeline only print.',
    });
  }
  return createScreen({ input: stdin, output: stdout, colour: readEnvironment().NO_COLOR === undefined });
}

/** Resolves at the next Ctrl-C outside a question. */
async function nextInterrupt(signal: AbortSignal): Promise<void> {
  const pressed = Promise.withResolvers<void>();
  const onPress = () => pressed.resolve();
  const onAbort = () => pressed.reject(signal.reason);
  process.on('SIGINT', onPress);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await pressed.promise;
  } finally {
    process.off('SIGINT', onPress);
    signal.removeEventListener('abort', onAbort);
  }
}

/** What the log warns of, as lines of the screen: also that Slack cannot be reached. */
function loggerOnto(screen: Screen): Logger {
  const write = (line: string) => {
    const { msg, error } = JSON.parse(line) as { msg?: string; error?: unknown };
    const why = typeof error === 'string' ? `: ${error}` : '';
    screen.print([say(`${msg ?? ''}${why}`, { mark: 'Log: ', style: 'faint' })]);
  };
  return pino({ level: 'warn' }, { write });
}
