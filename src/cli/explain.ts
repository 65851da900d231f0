import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FirebreakError } from '../domain/errors.ts';
import type { GatePlace } from '../domain/gate.ts';
import { calibrate } from '../gate/estimate.ts';
import { type Line, paint } from '../terminal/lines.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import type { SetExitCode } from './exit-code.ts';
import { answerLines, calibrationLines } from './gate/answer-lines.ts';
import { type AskOptions, openAsker, TOKEN_VARIABLE } from './gate/asker.ts';
import { EXIT_CODES, verdictCodes } from './gate/exit-codes.ts';
import { onStopSignal } from './stop-signal.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
${EXIT_CODES}
With --server the token stands in ${TOKEN_VARIABLE}.

Examples:
  $ firebreak explain report.sql --database orders-primary
  $ firebreak explain --query "select * from orders" --max-seconds 30 --json
  $ firebreak explain report.sql --url postgresql://gate@replica.db/orders --policy gate-policy.yml
  $ firebreak explain report.sql --server http://firebreak.ops:8080 --database orders-primary
  $ firebreak explain --calibration orders-primary`;

interface Options extends AskOptions {
  readonly query?: string;
  readonly maxCost?: number;
  readonly maxSeconds?: number;
  readonly on: GatePlace;
  readonly job?: string;
  readonly fromActivity?: true;
  readonly calibration?: string;
  readonly json?: true;
}

/** `firebreak explain`: what a statement would cost, before it runs. It executes nothing. */
export function explainCommand(setExitCode: SetExitCode): Command {
  return asking(
    new Command('explain')
      .description('Say what SQL would cost and whether it may run, without running it.')
      .argument('[file]', 'SQL, as for psql -f; - or nothing for standard input'),
  )
    .addOption(new Option('-q, --query <sql>', 'SQL on the command line'))
    .option('--from-activity', 'the text comes from pg_stat_activity, where long ones are cut off')
    .option('--calibration <database>', 'print how cost and time belong together there, and end')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: Options, command: Command) => {
      if (options.calibration !== undefined) return await printCalibration(options.calibration, options);
      if (file !== undefined && options.query !== undefined)
        command.error('error: give either a file or --query');
      setExitCode(await explain(options.query ?? (await readSql(file)), options, command));
    });
}

/** The options by which a command asks the gate. */
export function asking(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('-d, --database <name>', 'name from the configuration')
    .addOption(new Option('--server <url>', 'ask a Firebreak that runs').conflicts(['url', 'policy']))
    .option('--url <url>', 'ask this server directly, as a role that only reads; without a configuration')
    .option('--policy <file>', 'policy instead of the configured one')
    .option('--max-cost <units>', 'deny above this cost, below the policy', positive)
    .option('--max-seconds <n>', 'deny above this estimate, below the policy', positive)
    .addOption(
      new Option('--on <place>', 'where it is meant to run')
        .choices(['primary', 'replica'])
        .default('primary'),
    )
    .option('--job <name>', 'name of the job, for the record');
}

async function explain(sql: string, options: Options, command: Command): Promise<number> {
  const stop = new AbortController();
  const off = onStopSignal(() =>
    stop.abort(new FirebreakError('stopped', 'It was stopped.', { hint: 'Run it again.' })),
  );
  try {
    const { maxCost, maxSeconds, job, fromActivity } = options;
    const request = { sql, place: options.on, maxCost, maxSeconds, job, fromActivity };
    const answer = await (await openAsker(options, command)).ask(request, stop.signal);
    if (options.json === true) console.log(JSON.stringify(answer));
    else printLines(answerLines(answer), process.stdout);
    return verdictCodes[answer.verdict];
  } finally {
    off();
  }
}

/** Lines as wide as the screen; the same on a screen and in a log. */
export function printLines(lines: readonly Line[], to: typeof process.stdout | typeof process.stderr): void {
  const columns = to.isTTY ? to.columns : 100;
  to.write(`${paint(lines, columns, to.isTTY && to.hasColors()).join('\n')}\n`);
}

/** SQL of a file, or of standard input. Throws `bad-config`. */
export async function readSql(file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') return await text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FirebreakError('bad-config', `The file ${file} cannot be read.`, {
      hint: 'Name a file with SQL, or give it with --query.',
      cause,
    });
  }
}

async function printCalibration(database: string, { config, json }: Options): Promise<void> {
  const calibration = await withState(config, reachStateUrl, async ({ explanations }) =>
    calibrate(await explanations.pairs(database)),
  );
  if (json === true) console.log(JSON.stringify({ database, ...calibration }));
  else printLines(calibrationLines(database, calibration), process.stdout);
}

function positive(given: string): number {
  const value = Number(given);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
