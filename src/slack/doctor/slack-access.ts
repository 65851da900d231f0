import { webApi } from '@slack/bolt';
import type { ChannelAccess, ClockReading, SlackAccess, SlackArrivals, Tried } from '../../domain/access.ts';
import { clockOf } from '../../domain/clock-reading.ts';
import { describeError } from '../../domain/errors.ts';
import type { Fetch } from '../../ports/http.ts';
import { clientOptions } from '../app/client-options.ts';
import { badChannel, slackFault } from '../app/slack-fault.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import { type AskedForClick, askForClick } from './click.ts';
import { manifestDrift } from './manifest-drift.ts';

export interface SlackDoctorOptions {
  readonly config: SlackConfig;
  readonly fetch: Fetch;
  readonly logger: SlackLogger;
  readonly uses: SlackAccess['uses'];
  /** Ids of the channels that `alerts.routes` names. */
  readonly routedChannels: readonly string[];
  /** What has arrived in this process; null outside of a running Firebreak. */
  readonly arrivals: () => SlackArrivals | null;
  /** App configuration token, by which the app's manifest is read; it is valid for 12 hours, so nothing configures it. */
  readonly configToken: string | null;
  /** Asks somebody to press a button and waits for it; null to leave people alone. */
  readonly click: AskedForClick | null;
}

/** Tries what the Slack app may do. Throws `slack-token` or `slack-unreachable` when nothing of it can be tried. */
export async function readSlackAccess(
  options: SlackDoctorOptions,
  signal: AbortSignal,
): Promise<SlackAccess> {
  const { config, arrivals, uses } = options;
  const timed = withClock(options.fetch);
  const as = (token: string) =>
    new webApi.WebClient(token, clientOptions(config, options.logger, timed.fetch));
  const client = as(config.botToken.reveal());
  const me = await client.auth
    .test()
    .catch((error: unknown) => Promise.reject(slackFault(error, 'auth.test')));
  const clock = timed.clock();
  const others = new Set(options.routedChannels.filter((id) => id !== config.channel));
  const [channel, routedChannels, socket, manifest] = await Promise.all([
    channelOf(client, config.channel),
    Promise.all([...others].map(async (id) => channelOf(client, id))),
    config.appToken === null ? null : tried(async () => openSocket(as(config.appToken?.reveal() ?? ''))),
    compareManifest(options, { client, as, botId: me.bot_id ?? '' }),
  ]);
  const click =
    options.click === null || !channel.use.works
      ? null
      : await askForClick(client, { channel: config.channel, ...options.click }, signal);
  return {
    workspace: me.team ?? 'this workspace',
    botName: me.user ?? 'firebreak',
    mode: config.mode,
    scopes: me.response_metadata?.scopes ?? null,
    channel,
    routedChannels,
    socket,
    ...manifest,
    click,
    arrivals: arrivals(),
    clock,
    uses,
  };
}

async function channelOf(client: webApi.WebClient, id: string): Promise<ChannelAccess> {
  let isPrivate = false;
  const use = await tried(async () => {
    const { channel } = await client.conversations
      .info({ channel: id })
      .catch((error: unknown) => Promise.reject(slackFault(error, 'conversations.info')));
    isPrivate = channel?.is_private === true;
    if (channel?.is_archived === true) throw badChannel('is_archived');
    if (channel?.is_member !== true) throw badChannel('not_in_channel');
    // Of the one who asks: not of the channel as such.
    if (channel.is_read_only === true) throw badChannel('restricted_action');
  });
  return { id, private: isPrivate, use };
}

/** Asks for the address of a connection, and does not connect: a connection of the doctor's would swallow clicks. */
async function openSocket(client: webApi.WebClient): Promise<void> {
  await client.apps.connections
    .open({})
    .catch((error: unknown) => Promise.reject(slackFault(error, 'apps.connections.open', 'app')));
}

interface ManifestParts {
  readonly client: webApi.WebClient;
  readonly as: (token: string) => webApi.WebClient;
  readonly botId: string;
}

async function compareManifest(
  { config, configToken }: SlackDoctorOptions,
  { client, as, botId }: ManifestParts,
): Promise<Pick<SlackAccess, 'drift' | 'notCompared'>> {
  if (configToken === null)
    return {
      drift: null,
      notCompared:
        'Slack shows it only with an app configuration token (api.slack.com/apps, "Your App Configuration Tokens") in SLACK_CONFIG_TOKEN; the scopes are checked above',
    };
  try {
    const { bot } = await client.bots.info({ bot: botId });
    const { manifest } = await as(configToken).apps.manifest.export({ app_id: bot?.app_id ?? '' });
    return { drift: manifestDrift(manifest, config.mode), notCompared: null };
  } catch (error) {
    return { drift: null, notCompared: describeError(slackFault(error, 'apps.manifest.export')).message };
  }
}

async function tried(work: () => Promise<void>): Promise<Tried> {
  try {
    await work();
    return { works: true };
  } catch (error) {
    const { message, hint } = describeError(error);
    return { works: false, problem: message, hint };
  }
}

/** The same fetch, which keeps what the first answer says of Slack's clock. */
function withClock(fetch: Fetch): { fetch: Fetch; clock: () => ClockReading | null } {
  let clock: ClockReading | null = null;
  return {
    async fetch(url, init) {
      const response = await fetch(url, init);
      clock ??= clockOf(response.headers.get('date'), new Date());
      return response;
    },
    clock: () => clock,
  };
}
