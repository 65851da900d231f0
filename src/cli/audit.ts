import { Command, InvalidArgumentError, Option } from 'commander';
import { compareWithRatchet, firstRatchet, tighten } from '../audits/ratchet.ts';
import { loadAudits } from '../audits/registry.ts';
import { toSarif } from '../audits/to-sarif.ts';
import { loadConfig } from '../config/load-config.ts';
import { type AuditReport, isAtLeast, type Severity, severities } from '../domain/audit.ts';
import { FirebreakError } from '../domain/errors.ts';
import { paint } from '../terminal/lines.ts';
import { VERSION } from '../version.ts';
import { auditLines } from './audit/audit-lines.ts';
import { readRatchet, writeRatchet } from './audit/ratchet-file.ts';
import { ratchetLines } from './audit/ratchet-lines.ts';
import { suspensionsOf, withAudits } from './audit/with-audits.ts';
import type { SetExitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signal.ts';

const EXAMPLES = `
Exit code: 0 nothing as bad as --fail-on; 1 something is, or could not be read; 2 it was called wrong.
With --ratchet what its file accepts is let pass: a pipeline fails on what is new, and the file only gets shorter.

Examples:
  $ firebreak audit
  $ firebreak audit orders-primary --details
  $ firebreak audit --sarif --fail-on critical > audit.sarif
  $ firebreak audit --ratchet audits.json --tighten    on a laptop: accept today's findings once, later drop what is gone
  $ firebreak audit --ratchet audits.json              in a pipeline`;

const NEVER = 'never';

interface Options {
  readonly config: string;
  readonly details?: true;
  readonly json?: true;
  readonly sarif?: true;
  readonly failOn: Severity | typeof NEVER;
  readonly ratchet?: string;
  readonly tighten?: true;
}

/** `firebreak audit`: what is not guarded against the next outage, and the exact remedy. It only reads. */
export function auditCommand(setExitCode: SetExitCode): Command {
  return new Command('audit')
    .description('Look for missing guardrails of databases, PgBouncers and batch jobs. It only reads.')
    .argument('[database]', 'name from the configuration; every database unless given')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--details', 'with reasons and exact remedies')
    .addOption(new Option('--json', 'print one JSON object').conflicts('sarif'))
    .option('--sarif', 'print SARIF 2.1.0, for code scanning')
    .option(
      '--fail-on <severity>',
      `least severity for exit code 1: ${severities.join(', ')} or ${NEVER}`,
      threshold,
      'high',
    )
    .option('--ratchet <file>', 'let pass what this file accepts, and fail on what is new')
    .option('--tighten', 'with --ratchet: take out what is gone, or begin the file with what is found today')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: Options, command: Command) => {
      if (options.tighten === true && options.ratchet === undefined)
        command.error('--tighten needs --ratchet <file>', { exitCode: 2 });
      const reports = await auditAll(options.config, name);
      process.stdout.write(await print(reports, options));
      const failed =
        options.ratchet === undefined
          ? fails(reports, options.failOn)
          : await beside(options.ratchet, reports, options);
      setExitCode(failed ? 1 : 0);
    });
}

/** Whether something is new beside the ratchet; what changed is told on stderr, so that stdout stays the report. */
async function beside(file: string, reports: readonly AuditReport[], options: Options): Promise<boolean> {
  const threshold = options.failOn === NEVER ? 'info' : options.failOn;
  const before = await readRatchet(file);
  if (before === null && options.tighten !== true)
    throw new FirebreakError('bad-ratchet', `There is no ${file}.`, {
      hint: 'Begin one with what is found today: add --tighten.',
    });
  const ratchet = before ?? firstRatchet(reports, threshold);
  const compared = compareWithRatchet(reports, ratchet, threshold);
  if (options.tighten === true) await writeRatchet(file, tighten(ratchet, compared));
  const columns = process.stderr.isTTY ? process.stderr.columns : 80;
  const told = ratchetLines(compared, { file, tightened: options.tighten === true, isNew: before === null });
  process.stderr.write(`${paint(told, columns, process.stderr.hasColors?.() ?? false).join('\n')}\n`);
  return options.failOn !== NEVER && (compared.fresh.length > 0 || reports.some(isUnreadable));
}

/** Audits one database or all of them, one after the other. */
async function auditAll(configFile: string, name: string | undefined): Promise<AuditReport[]> {
  const config = await loadConfig(configFile);
  const chosen = config.databases.filter((database) => name === undefined || database.name === name);
  if (chosen.length === 0)
    throw new FirebreakError('database-error', `Database ${name} is not configured.`, {
      hint: `Use one of: ${config.databases.map((database) => database.name).join(', ')}.`,
    });
  const stop = new AbortController();
  onStopSignal(() =>
    stop.abort(new FirebreakError('stopped', 'The audit was stopped.', { hint: 'Run it again.' })),
  );
  const suspensions = async () => suspensionsOf(config, configFile);
  return await withAudits(config, { databases: chosen, suspensions }, async (audits) => {
    const reports: AuditReport[] = [];
    for (const database of chosen) reports.push(await audits.run(database.name, stop.signal));
    return reports;
  });
}

async function print(reports: readonly AuditReport[], options: Options): Promise<string> {
  if (options.sarif === true)
    return `${JSON.stringify(toSarif(reports, await loadAudits(), { version: VERSION, config: options.config }), null, 2)}\n`;
  if (options.json === true) return `${JSON.stringify({ reports })}\n`;
  const { columns, isTTY } = process.stdout;
  const shown = {
    details: options.details === true,
    columns: isTTY ? columns : 80,
    colour: isTTY && process.stdout.hasColors(),
  };
  return `${reports.map((report) => auditLines(report, shown).join('\n')).join('\n\n')}\n`;
}

function fails(reports: readonly AuditReport[], failOn: Options['failOn']): boolean {
  if (failOn === NEVER) return false;
  return reports.some(
    (report) => isUnreadable(report) || report.findings.some(({ severity }) => isAtLeast(severity, failOn)),
  );
}

/** What could not be read may be bad: a pipeline must not take it for good. */
function isUnreadable({ notChecked }: AuditReport): boolean {
  return notChecked.some(({ because }) => because === 'unreadable');
}

function threshold(text: string): Options['failOn'] {
  const found = [...severities, NEVER].find((one) => one === text);
  if (found !== undefined) return found as Options['failOn'];
  throw new InvalidArgumentError(`Give one of: ${severities.join(', ')}, ${NEVER}.`);
}
