import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import type { Logger } from 'pino';
import { startApp } from '../app.ts';
import { loadConfig } from '../config/load-config.ts';
import { loggableError } from '../domain/errors.ts';
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
      const warnings: string[] = [];
      const config = await loadConfig(options.config, (warning) => warnings.push(warning));
      const logger = createLogger(config.logLevel);
      for (const warning of warnings) logger.warn({ warning }, 'The configuration has an old name');
      // A signal that comes while it starts is heeded as soon as everything that was started can be stopped.
      const signalled = new Promise<string>((resolve) => void onStopSignal(resolve));
      const app = await startApp(config, logger);
      logger.info(
        { http: app.httpUrl, slack: config.slack.mode, instance: app.instance },
        'Firebreak is running',
      );
      process.on('unhandledRejection', (error) =>
        logger.error({ err: loggableError(error) }, 'unhandled rejection'),
      );
      const reason = await Promise.race([signalled, app.outdated]);
      if (typeof reason === 'string') logger.info({ signal: reason }, 'stopping');
      const overdue = setTimeout(() => giveUp(logger), LONGEST_STOP_MS);
      try {
        await app.stop();
      } finally {
        clearTimeout(overdue);
      }
      if (typeof reason !== 'string') throw reason;
      logger.info('Firebreak has stopped');
      setExitCode(0);
    });
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
