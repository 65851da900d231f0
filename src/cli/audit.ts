import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { createOutgoing } from '../adapters/http/outgoing.ts';
import { createAudits } from '../audits/create-audits.ts';
import { readSuspensions, type SuspensionRecord } from '../audits/read-suspensions.ts';
import { loadAudits } from '../audits/registry.ts';
import { toSarif } from '../audits/to-sarif.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { type AuditReport, isAtLeast, type Severity, severities } from '../domain/audit.ts';
import { FirebreakError } from '../domain/errors.ts';
import { knownOf } from '../known-hosts.ts';
import { openPorts } from '../open-ports.ts';
import { reachStateUrl } from '../state-url.ts';
import { VERSION } from '../version.ts';
import { auditLines } from './audit/audit-lines.ts';
import type { SetExitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signal.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Exit code: 0 nothing as bad as --fail-on; 1 something is, or could not be read; 2 it was called wrong.

Examples:
  $ firebreak audit
  $ firebreak audit orders-primary --details
  $ firebreak audit --sarif --fail-on critical > audit.sarif`;

const NEVER = 'never';

interface Options {
  readonly config: string;
  readonly details?: true;
  readonly json?: true;
  readonly sarif?: true;
  readonly failOn: Severity | typeof NEVER;
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
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: Options) => {
      const reports = await auditAll(options.config, name);
      process.stdout.write(await print(reports, options));
      setExitCode(reports.some((report) => fails(report, options.failOn)) ? 1 : 0);
    });
}

/** Audits one database or all of them, one after the other. */
async function auditAll(configFile: string, name: string | undefined): Promise<AuditReport[]> {
  const config = await loadConfig(configFile);
  const chosen = config.databases.filter((database) => name === undefined || database.name === name);
  if (chosen.length === 0)
    throw new FirebreakError('database-error', `Database ${name} is not configured.`, {
      hint: `Use one of: ${config.databases.map((database) => database.name).join(', ')}.`,
    });
  await using started = new AsyncDisposableStack();
  const logger = pino({ level: 'error' }, process.stderr);
  const outgoing = createOutgoing();
  started.defer(async () => outgoing.close(0));
  const stop = new AbortController();
  onStopSignal(() =>
    stop.abort(new FirebreakError('stopped', 'The audit was stopped.', { hint: 'Run it again.' })),
  );
  const ports = await openPorts({ ...config, databases: chosen }, started, { logger, fetch: outgoing.fetch });
  const audits = createAudits(
    { ...ports, suspensions: async () => suspensionsOf(config, configFile) },
    {
      audits: await loadAudits(),
      policy: config.audits,
      known: (database) => knownOf(config, database),
      clock: systemClock,
    },
  );
  const reports: AuditReport[] = [];
  for (const database of chosen) reports.push(await audits.run(database.name, stop.signal));
  return reports;
}

/** What incidents suspended, from the journal; where Firebreak has never run there is none. */
async function suspensionsOf({ state }: Config, configFile: string): Promise<SuspensionRecord[]> {
  if (state.url === null && !existsSync(state.directory)) return [];
  return await withState(configFile, reachStateUrl, readSuspensions);
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

/** What could not be read may be bad: a pipeline must not take it for good. */
function fails({ findings, notChecked }: AuditReport, failOn: Options['failOn']): boolean {
  if (failOn === NEVER) return false;
  return (
    notChecked.some(({ because }) => because === 'unreadable') ||
    findings.some(({ severity }) => isAtLeast(severity, failOn))
  );
}

function threshold(text: string): Options['failOn'] {
  const found = [...severities, NEVER].find((one) => one === text);
  if (found !== undefined) return found as Options['failOn'];
  throw new InvalidArgumentError(`Give one of: ${severities.join(', ')}, ${NEVER}.`);
}
