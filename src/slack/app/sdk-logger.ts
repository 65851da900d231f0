import { type Logger, LogLevel } from '@slack/bolt';
import type { SlackLogger } from '../bot.ts';

/**
 * Lets the SDK write to our log, for those who look for a defect. Its warnings and errors are about single calls and
 * connections: what of them concerns people, health says once and sparsely. Its debug lines are dropped: they hold
 * request bodies and socket addresses (measured on @slack/web-api 8.2.0).
 */
export function sdkLogger(logger: SlackLogger): Logger {
  const words = (message: unknown[]): string => message.map(String).join(' ').slice(0, 500);
  return {
    debug() {},
    info(...message) {
      logger.debug({ sdk: words(message) }, 'Slack SDK');
    },
    warn(...message) {
      logger.debug({ sdk: words(message) }, 'Slack SDK warns');
    },
    error(...message) {
      logger.debug({ sdk: words(message) }, 'Slack SDK reports an error');
    },
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}
