import type { App } from '@slack/bolt';
import type { Fetch } from '../../ports/http.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import type { Link } from './link.ts';
import { createSocketLink, noAppToken } from './socket-link.ts';

/**
 * Two Socket Mode connections as one receiver: Slack sends each event to one of them and refreshes each every few
 * hours, so that one is always there while the other is made again. Slack allows ten for an app, which is five
 * processes.
 */
export function createDualSocketReceiver(config: SlackConfig, logger: SlackLogger, fetch: Fetch): Link {
  if (config.appToken === null) throw noAppToken();
  const appToken = config.appToken.reveal();
  const first = createSocketLink(config, appToken, { logger, fetch });
  const second = createSocketLink(config, appToken, { logger, fetch });
  const links = [first, second];
  return {
    init(app: App) {
      for (const link of links) link.init(app);
    },
    /** One connection is enough to begin with; the second follows, so that Slack does not refresh both at once. */
    async start() {
      await first.start();
      second.startInBackground();
    },
    async stop() {
      await Promise.all(links.map((link) => link.stop()));
    },
    connected: () => links.some((link) => link.connected()),
    lastError: () => links.map((link) => link.lastError()).find((error) => error !== null) ?? null,
    port: () => null,
  };
}
