import type { webApi } from '@slack/bolt';
import type { Clock } from '../../ports/clock.ts';
import type { ChatMessages } from '../../ports/state.ts';
import type { SlackLogger } from '../bot.ts';
import type { Searches } from './searches.ts';
import type { SetAside } from './set-aside.ts';

/** What the outbox works with. */
export interface OutboxTools {
  readonly client: webApi.WebClient;
  readonly messages: ChatMessages;
  readonly channel: string;
  /** Ids of channels of routes in which the bot could not post; in memory only. */
  readonly unusable: Set<string>;
  readonly logger: SlackLogger;
  /** Slack's. */
  readonly clock: Clock;
  readonly botUserId: () => Promise<string>;
  /** The address of this Slack, such as `https://acme.slack.com/`; null while it is not known. */
  readonly workspaceUrl: () => string | null;
  /** Nonces of posts that Slack certainly did not take; in memory only: after a restart they are looked for. */
  readonly unsent: Set<string>;
  readonly searches: Searches;
  readonly setAside: SetAside;
  /** Slack refused a message because of the picture in it: the next one comes without it. */
  readonly pictureRefused: (fileId: string, incidentId: string) => void;
}
