import type { App } from '@slack/bolt';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import type { Link } from './link.ts';
import { createSocketLink, noAppToken } from './socket-link.ts';

/**
 * Two Socket Mode connections as one receiver: Slack sends each event to one of them and refreshes each every few
 * hours, so that one is always there while the other is made again. Slack allows ten for an app, which is five
 * processes.
 */
export function createDualSocketReceiver(config: SlackConfig, logger: SlackLogger): Link {
  if (config.appToken === null) throw noAppToken();
  const appToken = config.appToken.reveal();
  const links = [createSocketLink(config, appToken, logger), createSocketLink(config, appToken, logger)];
  return {
    init(app: App) {
      for (const link of links) link.init(app);
    },
    /** One after the other, so that Slack does not refresh both at the same time. */
    async start() {
      for (const link of links) await link.start();
    },
    async stop() {
      await Promise.all(links.map((link) => link.stop()));
    },
    connected: () => links.some((link) => link.connected()),
    lastError: () => links.map((link) => link.lastError()).find((error) => error !== null) ?? null,
    port: () => null,
  };
}
