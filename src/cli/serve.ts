import { Command } from 'commander';
import { pino } from 'pino';
import { startApp } from '../app.ts';
import { loadConfig } from '../config/load-config.ts';
import { loggableError } from '../domain/errors.ts';
import type { SetExitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signal.ts';

/** `firebreak serve`: the bot, until SIGTERM or SIGINT. */
export function serveCommand(setExitCode: SetExitCode): Command {
  return new Command('serve')
    .description('Run the bot.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .addHelpText('after', '\nExample:\n  $ firebreak serve --config /etc/firebreak/firebreak.yml')
    .action(async (options: { config: string }) => {
      const config = await loadConfig(options.config);
      const logger = pino({ level: config.logLevel });
      const app = await startApp(config, logger);
      logger.info({ http: app.httpUrl, slack: config.slack.mode }, 'Firebreak is running');
      process.on('unhandledRejection', (error) =>
        logger.error({ err: loggableError(error) }, 'unhandled rejection'),
      );
      const signal = await new Promise<string>((resolve) => void onStopSignal(resolve));
      logger.info({ signal }, 'stopping');
      await app.stop();
      setExitCode(0);
    });
}
