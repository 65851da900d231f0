import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { FirebreakError } from '../domain/errors.ts';
import { loadScenarios } from '../drill/load-scenarios.ts';
import { outage } from '../drill/outage.ts';
import { preventionReport, printPrevention } from '../drill/prevention/report.ts';
import { prevention, runPrevention } from '../drill/prevention/run-prevention.ts';
import { listed, printJudgement, printList, printScore } from '../drill/print-judgements.ts';
import { printReport } from '../drill/print-report.ts';
import type { DrillReport } from '../drill/report.ts';
import { runDrill } from '../drill/run-drill.ts';
import { isPerfect, runScenarios } from '../drill/run-scenarios.ts';
import type { Scenario } from '../drill/scenario.ts';
import { type Shape, shapes } from '../drill/shape.ts';
import type { SetExitCode } from './exit-code.ts';
import { cameOfOutage, cameOfPrevention, cameOfScenarios, recordDrill } from './record-drill.ts';
import { onStopSignal } from './stop-signal.ts';

interface Options {
  auto?: true;
  open?: true;
  wrongOrder?: true;
  think: number;
  scale: number;
  json?: true;
  database?: string;
  replica?: string;
  port: number;
  record?: string;
  sharedAddress?: true;
  recordIn?: string;
  verbose?: true;
  list?: true;
  all?: true;
  shape: readonly Shape[];
}

const EXAMPLES = `
Examples:
  $ firebreak drill                       handle it yourself in a browser
  $ firebreak drill --auto                watch a scripted responder do it
  $ firebreak drill --auto --wrong-order  kill before suspending, as on 2024-11-15
  $ firebreak drill --auto --json         one report object as the last line, for CI
  $ firebreak drill --auto --record incident.jsonl
  $ firebreak drill prevention --auto     the same batch without guardrails, and with the remedies of the audits
  $ firebreak drill --list                every scenario, one for each cause
  $ firebreak drill connection-leak --auto --shape 2
  $ firebreak drill --all --auto --json   all of them; the score as the last line`;

/** `firebreak drill`: the real outage on one machine, with nothing to configure. */
export function drillCommand(setExitCode: SetExitCode): Command {
  return new Command('drill')
    .description(
      'Rehearse the outage: a real PostgreSQL under real load, sandboxes for Slack and Kubernetes.',
    )
    .argument('[scenario]', 'what to break; see --list', outage.id)
    .option('--auto', 'a scripted responder clicks instead of you')
    .option('--open', 'open the page in a browser')
    .option('--wrong-order', 'with --auto: kill first, as on the day, and see it respawn')
    .option('--think <seconds>', 'with --auto: time to think before each click', positive, 2)
    .option('--scale <factor>', 'size of the orders table; 1 is three million rows', positive, 1)
    .option('--json', 'print the report as one JSON object, the last line of stdout')
    .option(
      '--database <url>',
      'use this PostgreSQL (as superuser) instead of an embedded one; a database of its own is made and dropped',
    )
    .option('--replica <url>', 'with --database: a streaming replica of it')
    .option('--port <port>', 'port of the page; a free one by default', port, 0)
    .option(
      '--shared-address',
      'pods connect from one address, as on macOS or behind a proxy: see owners told from weaker evidence',
    )
    .option('--record <file>', 'record the incident channel; "firebreak replay <file>" shows it again')
    .option(
      '--record-in <config>',
      'keep the result in the journal of this configuration: the Home tab shows it',
    )
    .option('--verbose', "show Firebreak's own log")
    .option('--list', 'list the scenarios')
    .option('--all', 'play every scenario of --list but the default one')
    .addOption(
      new Option('--shape <number>', 'names and sizes of a scenario: 1, 2, 3 or all')
        .argParser(shape)
        .default(shape('1'), '1'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: Options) => {
      const scenarios = await loadScenarios();
      if (options.list === true) {
        console.log(
          options.json === true ? JSON.stringify(listed(scenarios.values())) : printList(scenarios.values()),
        );
        return;
      }
      const chosen = scenarios.get(name);
      if (options.all === true && options.record !== undefined) {
        throw new FirebreakError('bad-config', '--record: one drill at a time.', {
          hint: 'Name a scenario instead of --all.',
        });
      }
      if (options.all === true || chosen !== undefined) refuseOptionsOfTheOutage(options);
      if (options.all === true) {
        setExitCode(await play([...scenarios.values()], options));
      } else if (chosen !== undefined) {
        setExitCode(await play([chosen], options));
      } else if (name === prevention.id) {
        refuseOptionsOfTheOutage({ ...options, scale: 1 });
        setExitCode(await prevent(options));
      } else if (name === outage.id) {
        const report = await drill(options);
        if (options.recordIn !== undefined) await recordDrill(options.recordIn, cameOfOutage(report));
        if (options.json === true) console.log(JSON.stringify(report));
        setExitCode(report.ok ? 0 : 1);
      } else {
        throw new FirebreakError('bad-config', `There is no scenario "${name}".`, {
          hint: `Choose one of: ${[outage.id, prevention.id, ...scenarios.keys()].join(', ')}.`,
        });
      }
    });
}

/** @throws FirebreakError `bad-config` for what only the outage as a whole understands. */
function refuseOptionsOfTheOutage(options: Options): void {
  const given = [
    ...(options.wrongOrder === true ? ['--wrong-order'] : []),
    ...(options.scale === 1 ? [] : ['--scale']),
    ...(options.database === undefined ? [] : ['--database']),
    ...(options.replica === undefined ? [] : ['--replica']),
    ...(options.sharedAddress === true ? ['--shared-address'] : []),
  ];
  if (given.length === 0) return;
  throw new FirebreakError('bad-config', `${given.join(', ')}: only for the scenario ${outage.id}.`, {
    hint: 'The other scenarios bring small servers of their own. Leave it out; --shape changes their names and sizes.',
  });
}

/** Plays scenarios in the chosen shapes; the exit code. */
async function play(scenarios: readonly Scenario[], options: Options): Promise<0 | 1> {
  const out = options.json === true ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  const score = await untilStopped((signal) =>
    runScenarios({
      scenarios,
      shapes: options.shape,
      slackPort: options.port,
      ...(options.record === undefined ? {} : { recordTo: options.record }),
      open: options.open === true,
      logger: pino({ level: options.verbose === true ? 'info' : 'fatal' }, process.stderr),
      responder: options.auto === true ? { thinkMs: options.think * 1000 } : null,
      patienceMs: options.auto === true ? 3 * 60_000 : 60 * 60_000,
      say,
      judged: async (judgement, page) => {
        if (options.json === true) console.log(JSON.stringify(judgement));
        else say(printJudgement(judgement));
        if (options.auto !== true && page !== null) await lookAround(page, signal);
      },
      signal,
    }),
  );
  if (options.recordIn !== undefined) {
    const [only, ...more] = scenarios;
    const name = only !== undefined && more.length === 0 ? only.id : 'all';
    await recordDrill(options.recordIn, cameOfScenarios(name, score, isPerfect(score)));
  }
  if (options.json === true) console.log(JSON.stringify(score));
  else say(printScore(score));
  return isPerfect(score) ? 0 : 1;
}

/** Runs until it ends or Ctrl-C ends it; then the error says that it was stopped, in whose words ever it ended. */
async function untilStopped<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopped = new AbortController();
  const stop = () =>
    stopped.abort(
      new FirebreakError('stopped', 'The drill was stopped.', { hint: 'Everything it made is removed.' }),
    );
  const takeOff = onStopSignal(stop);
  try {
    return await run(stopped.signal);
  } catch (error) {
    throw stopped.signal.aborted ? stopped.signal.reason : error;
  } finally {
    takeOff();
  }
}

async function drill(options: Options): Promise<DrillReport> {
  const out = options.json === true ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  return await untilStopped((signal) =>
    runDrill({
      ...worldOf(options, say, signal),
      open: options.open === true,
      loading: loadingLine(out),
      responder:
        options.auto === true
          ? { thinkMs: options.think * 1000, wrongOrder: options.wrongOrder === true }
          : null,
      patienceMs: options.auto === true ? 6 * 60_000 : 60 * 60_000,
      finished: async (report, world) => {
        if (options.json !== true) say(`\n${printReport(report)}`);
        if (options.auto !== true) await lookAround(world.slack.url, signal);
      },
    }),
  );
}

/** Plays the batch before and after the remedies; the exit code. */
async function prevent(options: Options): Promise<0 | 1> {
  const out = options.json === true ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  const { measured, problems } = await untilStopped((signal) =>
    runPrevention({
      ...worldOf(options, say, signal),
      loading: loadingLine(out),
      responder: options.auto === true ? { thinkMs: options.think * 1000 } : null,
      patienceMs: options.auto === true ? 5 * 60_000 : 60 * 60_000,
    }),
  );
  say(`\n${printPrevention(measured, problems)}`);
  if (options.recordIn !== undefined) await recordDrill(options.recordIn, cameOfPrevention(problems));
  if (options.json === true) console.log(JSON.stringify(preventionReport(measured)));
  return problems.length === 0 ? 0 : 1;
}

/** The world of the outage as a whole. */
function worldOf(options: Options, say: (line: string) => void, signal: AbortSignal) {
  return {
    scale: options.scale,
    existingUrl: options.database ?? null,
    existingReplicaUrl: options.replica ?? null,
    slackPort: options.port,
    ...(options.record === undefined ? {} : { recordTo: options.record }),
    sharedAddress: options.sharedAddress === true,
    logger: pino({ level: options.verbose === true ? 'info' : 'error' }, process.stderr),
    say,
    signal,
  };
}

/** Leaves the page open for reading until Enter, where somebody sits at a terminal. */
async function lookAround(url: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) return;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  await prompt
    .question(`\nThe thread stays at ${url}. Press Enter to remove everything. `, { signal })
    .catch(() => '');
  prompt.close();
}

/** One line that grows on a terminal, a line each quarter elsewhere. */
function loadingLine(out: NodeJS.WriteStream): (done: number, total: number) => void {
  let lastQuarter = -1;
  return (done, total) => {
    const percent = Math.floor((100 * done) / total);
    const text = `Loading orders: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} rows (${percent} %)`;
    if (out.isTTY) out.write(`\r${text}${done >= total ? '\n' : ''}`);
    else if (Math.floor(percent / 25) > lastQuarter) {
      lastQuarter = Math.floor(percent / 25);
      out.write(`${text}\n`);
    }
  };
}

function shape(text: string): readonly Shape[] {
  const chosen = text === 'all' ? shapes : shapes.filter(({ number }) => String(number) === text);
  if (chosen.length > 0) return chosen;
  throw new InvalidArgumentError('Give 1, 2, 3 or all.');
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a number greater than 0.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('Give a port from 0 to 65535.');
}
