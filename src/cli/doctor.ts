import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Logger, pino } from 'pino';
import { createOutgoing } from '../adapters/http/outgoing.ts';
import { type ClusterWorkloads, createWorkloads } from '../adapters/kubernetes/workloads.ts';
import { createOnCall } from '../adapters/oncall/on-call.ts';
import { createPager } from '../adapters/oncall/pager.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { readEnvironment } from '../config/env.ts';
import { loadConfig } from '../config/load-config.ts';
import type { DoctorReport } from '../domain/doctor.ts';
import { FirebreakError } from '../domain/errors.ts';
import { configuredDoctor, type DoctorParts } from '../wiring/configured-doctor.ts';
import { openPorts } from '../wiring/open-ports.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { doctorLines } from './doctor/doctor-lines.ts';
import type { SetExitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signal.ts';

const HELP = `
It only reads: what it sends that is no reading is one message that closes an alert which does not exist, to each pager,
and with --click one message with a button into the incident channel, which a running Firebreak answers.
With an app configuration token in SLACK_CONFIG_TOKEN the app's manifest is compared too.

Exit code: 0 nothing is missing; 1 something is; 2 it was called wrong.

Examples:
  $ firebreak doctor
  $ firebreak doctor --details
  $ firebreak doctor --click
  $ firebreak doctor --json | jq '.results[] | select(.status == "missing")'`;

const LOOK_EVERY_MS = 2_000;

interface Options {
  readonly config: string;
  readonly details?: true;
  readonly json?: true;
  readonly click?: true;
  readonly wait: number;
}

/** `firebreak doctor`: every connection and permission, live. */
export function doctorCommand(setExitCode: SetExitCode): Command {
  return new Command('doctor')
    .description('Try every connection and permission, and tell how to grant what is missing.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--details', 'also what each is for, and what does not apply')
    .option('--click', 'post a button in the incident channel and wait until somebody presses it')
    .option('--wait <seconds>', 'how long --click waits', seconds, 60)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const report = await examine(options);
      process.stdout.write(print(report, options));
      setExitCode(report.ok ? 0 : 1);
    });
}

async function examine(options: Options): Promise<DoctorReport> {
  const config = await loadConfig(options.config);
  const logger = pino({ level: 'fatal' }, process.stderr);
  await using started = new AsyncDisposableStack();
  const outgoing = createOutgoing();
  started.defer(async () => outgoing.close(0));
  const stop = new AbortController();
  onStopSignal(() =>
    stop.abort(new FirebreakError('stopped', 'The doctor was stopped.', { hint: 'Run it again.' })),
  );
  const services = { fetch: outgoing.fetch, clock: systemClock };
  const doctor = await configuredDoctor(config, {
    ...(await openPorts({ ...config, kubernetes: null }, started, { logger, fetch: outgoing.fetch })),
    ...services,
    logger,
    cluster: () => openCluster(config, started, logger),
    onCall: createOnCall(config.onCall, services),
    pager: createPager(config.paging, services),
    stateUrl: async () => stateUrlOf(config, started, logger),
    slack: slackParts(options),
  });
  return await doctor.run(stop.signal);
}

/** Opened when it is looked at, so that a kubeconfig that cannot be used is one finding and not the end of it all. */
function openCluster(
  { kubernetes }: Config,
  started: AsyncDisposableStack,
  logger: Logger,
): ClusterWorkloads | null {
  if (kubernetes === null) return null;
  const workloads = createWorkloads({ ...kubernetes, logger });
  started.defer(() => workloads.close());
  return workloads;
}

/** An embedded server that was never started is not made for the sake of looking at it. */
async function stateUrlOf(
  { state }: Config,
  started: AsyncDisposableStack,
  logger: Logger,
): Promise<string | null> {
  if (state.url === null && !existsSync(join(state.directory, 'postgres'))) return null;
  return await reachStateUrl(state, started, logger);
}

function slackParts({ click, wait }: Options): DoctorParts['slack'] {
  return {
    arrivals: () => null,
    configToken: readEnvironment().SLACK_CONFIG_TOKEN ?? null,
    click:
      click === true
        ? {
            waitMs: wait * 1_000,
            lookEveryMs: LOOK_EVERY_MS,
            asked: (link) =>
              process.stderr.write(
                `Press the button in the incident channel within ${wait} s${link === null ? '' : `: ${link}`}\n`,
              ),
          }
        : null,
  };
}

function print(report: DoctorReport, { json, details }: Options): string {
  if (json === true) return `${JSON.stringify(report)}\n`;
  const { columns, isTTY } = process.stdout;
  const shown = {
    details: details === true,
    columns: isTTY ? columns : 80,
    colour: isTTY && process.stdout.hasColors(),
  };
  return `${doctorLines(report, shown).join('\n')}\n`;
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 600) return value;
  throw new InvalidArgumentError('Give whole seconds from 1 to 600.');
}
