import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import type { Logger } from 'pino';
import { type App, startApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { FirebreakError, isFirebreakError, loggableError } from '../domain/errors.ts';
import { createLogger } from '../log.ts';
import type { SetExitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signal.ts';

/** Milliseconds after which stopping is given up; Kubernetes kills after 30 s (terminationGracePeriodSeconds). */
const LONGEST_STOP_MS = 25_000;

/** `firebreak serve`: the bot, until SIGTERM or SIGINT. */
export function serveCommand(setExitCode: SetExitCode): Command {
  return new Command('serve')
    .description('Run the bot.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .addHelpText('after', '\nExample:\n  $ firebreak serve --config /etc/firebreak/firebreak.yml')
    .action(async (options: { config: string }) => {
      keepCode();
      const stop = new AbortController();
      onStopSignal((signal) => stop.abort(askedBy(signal)));
      const warnings: string[] = [];
      const config = await loadConfig(options.config, (warning) => warnings.push(warning));
      const logger = createLogger(config.logLevel);
      for (const warning of warnings) logger.warn({ warning }, 'The configuration has an old name');
      using _deadline = stopsInTime(stop.signal, logger);
      const app = await startUnlessStopped(config, logger, stop.signal);
      if (app !== null) {
        logger.info(
          { http: app.httpUrl, slack: config.slack.mode, instance: app.instance },
          'Firebreak is running',
        );
        process.on('unhandledRejection', (error) =>
          logger.error({ err: loggableError(error) }, 'unhandled rejection'),
        );
        void app.outdated.then((error) => stop.abort(error));
        if (!stop.signal.aborted) await once(stop.signal, 'abort');
        await app.stop();
      }
      if (!isAsked(stop.signal)) throw stop.signal.reason;
      logger.info('Firebreak has stopped');
      setExitCode(0);
      // What its start was waiting for may never answer, and would keep the process.
      if (app === null) process.exit(0);
    });
}

const ASKED = 'stopped';

function askedBy(signal: NodeJS.Signals): FirebreakError {
  return new FirebreakError(ASKED, `It was stopped by ${signal}.`, {
    hint: 'Start it again.',
    cause: signal,
  });
}

/** Whether it stops because somebody wants it, and not because it has to. */
function isAsked({ reason }: AbortSignal): boolean {
  return isFirebreakError(reason) && reason.code === ASKED;
}

/** Null when it was stopped before it ran: what was started has been stopped again. */
async function startUnlessStopped(config: Config, logger: Logger, stop: AbortSignal): Promise<App | null> {
  try {
    return await startApp(config, logger, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
    if (error !== stop.reason)
      logger.warn({ err: loggableError(error) }, 'What was being started failed while it was stopped');
    return null;
  }
}

/** From the signal on the process has so long to end, whatever it is at. */
function stopsInTime(stop: AbortSignal, logger: Logger): Disposable {
  let overdue: NodeJS.Timeout | undefined;
  const begin = (): void => {
    if (isAsked(stop)) logger.info({ signal: Reflect.get(Object(stop.reason), 'cause') }, 'stopping');
    overdue = setTimeout(() => giveUp(logger), LONGEST_STOP_MS);
  };
  if (stop.aborted) begin();
  else stop.addEventListener('abort', begin, { once: true });
  return { [Symbol.dispose]: () => clearTimeout(overdue) };
}

/**
 * V8 throws away the code of functions that were not called for a while; the alert of the night would wait until it is
 * compiled again (measured: about 20 of 60 ms after five idle minutes, bench/intake.ts --wait 310).
 */
function keepCode(): void {
  setFlagsFromString('--no-flush-bytecode');
}

/** What was not finished is taken up by the next start, or by another replica: the journal knows it. */
function giveUp(logger: Logger): never {
  const open = process.getActiveResourcesInfo();
  logger.error({ afterMs: LONGEST_STOP_MS, open }, 'Stopping took too long and is cut short');
  process.exit(1);
}
