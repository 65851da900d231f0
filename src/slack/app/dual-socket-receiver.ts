import type { App } from '@slack/bolt';
import type { FirebreakError } from '../../domain/errors.ts';
import type { SlackConfig } from '../bot.ts';
import type { Health } from '../health/health.ts';
import type { Link } from './link.ts';
import { createSocketLink, noAppToken, type SocketLink, type SocketTools } from './socket-link.ts';

/**
 * Two Socket Mode connections as one receiver: Slack sends each event to one of them and refreshes each every few
 * hours, so that one is always there while the other is made again. Slack allows ten for an app, which is five
 * processes.
 */
export function createDualSocketReceiver(config: SlackConfig, tools: SocketTools, health: Health): Link {
  if (config.appToken === null) throw noAppToken();
  const { appToken } = config;
  const links: SocketLink[] = [];
  const reports = {
    up: () => health.linkUp(),
    /** One connection is enough: only when none is left, clicks cannot arrive. */
    down(fault: FirebreakError, tried: boolean) {
      if (links.some((link) => link.connected())) return;
      health.linkDown(fault);
      if (tried && fault.code === 'slack-unreachable') health.doubt();
    },
  };
  const first = createSocketLink(config, appToken, { ...tools, reports });
  const second = createSocketLink(config, appToken, { ...tools, reports });
  links.push(first, second);
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
    hurry() {
      for (const link of links) link.hurry();
    },
    port: () => null,
  };
}
