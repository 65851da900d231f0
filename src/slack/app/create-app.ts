import { App } from '@slack/bolt';
import type { SlackConfig } from '../bot.ts';
import type { ListenerContext } from '../listeners/context.ts';
import { registerListeners } from '../listeners/register.ts';
import { loadSubcommands } from '../listeners/subcommands.ts';
import { tellError } from '../listeners/tell-error.ts';
import { clientOptions } from './client-options.ts';
import { guardEvents, type InFlight } from './in-flight.ts';
import type { Link } from './link.ts';
import { presentToken } from './present-token.ts';
import { sdkLogger } from './sdk-logger.ts';

/**
 * The Bolt app with every listener. Its initialisation is deferred because the constructor would otherwise check
 * the token in a promise that nobody awaits, and crash the process (measured on Bolt 5.1.0).
 */
export async function createBoltApp(
  config: SlackConfig,
  link: Link,
  bare: ListenerContext,
): Promise<{ app: App; inFlight: InFlight }> {
  const context = { ...bare, subcommands: await loadSubcommands() };
  const { logger } = context;
  const bot = presentToken(config.botToken, context.fetch);
  const app = new App({
    token: bot.token,
    botId: context.identity.botId,
    botUserId: context.identity.botUserId,
    tokenVerificationEnabled: false,
    receiver: link,
    deferInitialization: true,
    clientOptions: clientOptions(config, logger, bot.fetch),
    logger: sdkLogger(logger),
    extendedErrorHandler: true,
    convoStore: false,
  });
  app.error(async ({ error, body }: { error: Error; body: unknown }) => {
    await tellError(context, error, body);
  });
  registerListeners(app, context);
  const inFlight = guardEvents(app, logger);
  await app.init();
  return { app, inFlight };
}
