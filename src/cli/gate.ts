import { Command, InvalidArgumentError, Option } from 'commander';
import { readEnvironment } from '../config/env.ts';
import { describeError, FirebreakError, isFirebreakError } from '../domain/errors.ts';
import { formatDuration } from '../domain/format.ts';
import type { GatePlace } from '../domain/gate.ts';
import type { GateAnswer } from '../gate/gate.ts';
import { isPsql, type PsqlCommand, readPsqlCommand } from '../gate/psql-command.ts';
import { redirect } from '../gate/redirect.ts';
import type { SetExitCode } from './exit-code.ts';
import { asking, printLines, readSql } from './explain.ts';
import { answerLines } from './gate/answer-lines.ts';
import { type Asker, type AskOptions, openAsker, TOKEN_VARIABLE } from './gate/asker.ts';
import { verdictCodes } from './gate/exit-codes.ts';
import { runJob } from './gate/run-job.ts';
import { onStopSignal } from './stop-signal.ts';

const EXAMPLES = `
Allowed: it runs the command, with its exit code. Replica: it runs it there, by PGHOST and PGPORT.
Exit code without a run: 3 it belongs on a replica that it cannot be sent to; 4 denied; 1 there is no verdict;
2 it was called wrong. What Firebreak says stands on standard error and begins with "firebreak gate:".
With --server the token stands in ${TOKEN_VARIABLE}.

Examples:
  $ firebreak gate --server http://firebreak.ops:8080 --database orders-primary -- psql -f report.sql
  $ firebreak gate --database orders-primary --sql report.sql -- python report.py`;

interface Options extends AskOptions {
  readonly sql?: string;
  readonly maxCost?: number;
  readonly maxSeconds?: number;
  readonly on: GatePlace;
  readonly job?: string;
  readonly replica?: { readonly host: string; readonly port: number };
  readonly ifUnreachable: 'closed' | 'open';
}

/** `firebreak gate -- <command>`: runs a batch command when the cost gate lets it. */
export function gateCommand(setExitCode: SetExitCode): Command {
  return asking(
    new Command('gate')
      .description('Run a batch command only if its SQL may run, on the replica where it belongs there.')
      .argument('<command...>', 'after --: the command and its arguments'),
  )
    .option('--sql <file>', 'SQL of the command; psql -f and -c are read by themselves')
    .option('--replica <host:port>', 'replica to send it to, as the job reaches it', hostAndPort)
    .addOption(
      new Option('--if-unreachable <what>', 'when there is no verdict: closed does not run it, open does')
        .choices(['closed', 'open'])
        .default('closed'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (job: string[], options: Options, command: Command) => {
      setExitCode(await gate(job, options, command));
    });
}

async function gate(job: readonly string[], options: Options, command: Command): Promise<number> {
  const [program = '', ...args] = job;
  const psql = isPsql(program) ? readPsqlCommand(args) : null;
  const sql = await sqlOf(options.sql, psql, command);
  // The job needs no token of the gate.
  const { [TOKEN_VARIABLE]: _token, ...environment } = readEnvironment();
  const asked = await askOrDecide(sql, options, command);
  if (asked === null) return (await runJob(job, environment)).exitCode;
  const { answer, asker } = asked;
  printLines(answerLines(answer), process.stderr);
  if (answer.verdict === 'deny') {
    say('denied, nothing was started.');
    return verdictCodes.deny;
  }
  if (answer.verdict === 'allow') return await runAndReport(job, environment, { answer, asker });
  const sent = redirect(environment, options.replica ?? answer.replica, psql);
  if (sent.status === 'impossible') {
    say(`it belongs on the replica, and ${sent.why}. Nothing was started.`);
    return verdictCodes.replica;
  }
  say(`runs on the replica ${sent.environment.PGHOST}:${sent.environment.PGPORT}.`);
  return await runAndReport(job, sent.environment, { answer, asker });
}

async function sqlOf(file: string | undefined, psql: PsqlCommand | null, command: Command): Promise<string> {
  if (file !== undefined) return await readSql(file);
  if (psql === null)
    command.error('error: only the SQL of psql is found by itself; name it with --sql <file>');
  const unread = psql.sources.some((source) => 'file' in source && source.file === '-');
  if (unread || psql.sources.length === 0)
    command.error(
      'error: psql would read from standard input; give it -f or -c, or name the SQL with --sql <file>',
    );
  const texts: string[] = [];
  for (const source of psql.sources) texts.push('sql' in source ? source.sql : await readSql(source.file));
  return texts.join('\n;\n');
}

/** The verdict; null when there is none and the job may run all the same. Throws when it may not. */
async function askOrDecide(
  sql: string,
  options: Options,
  command: Command,
): Promise<{ answer: GateAnswer; asker: Asker } | null> {
  const stop = new AbortController();
  const off = onStopSignal(() =>
    stop.abort(
      new FirebreakError('stopped', 'It was stopped before anything ran.', { hint: 'Run it again.' }),
    ),
  );
  const asker = await openAsker(options, command);
  try {
    const { maxCost, maxSeconds, job } = options;
    return {
      answer: await asker.ask({ sql, place: options.on, maxCost, maxSeconds, job }, stop.signal),
      asker,
    };
  } catch (error) {
    // Only what may be well in a moment can be passed over: a wrong token or role has to be mended.
    const away = isFirebreakError(error) && error.retryable && !stop.signal.aborted;
    if (!away) throw error;
    if (options.ifUnreachable === 'closed') {
      say('THERE IS NO VERDICT, so nothing was started (--if-unreachable closed).');
      throw error;
    }
    say(
      `THERE IS NO VERDICT: ${describeError(error).message} The command runs UNCHECKED (--if-unreachable open).`,
    );
    return null;
  } finally {
    off();
  }
}

async function runAndReport(
  job: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { answer, asker }: { answer: GateAnswer; asker: Asker },
): Promise<number> {
  const { exitCode, seconds } = await runJob(job, environment);
  if (exitCode === 127) say(`${job[0]} was not found.`);
  else say(`ended with ${exitCode} after ${formatDuration(seconds)}.`);
  if (answer.id !== null && exitCode < 126) {
    const told = await asker.report(answer.id, { seconds, completed: exitCode === 0 });
    if (!told) say('how long it took could not be reported; the estimates do not learn from this run.');
  }
  return exitCode;
}

function say(text: string): void {
  process.stderr.write(`firebreak gate: ${text}\n`);
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, port = '5432'] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError('Give host:port.');
}
