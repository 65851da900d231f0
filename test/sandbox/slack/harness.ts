import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { SlackManifest } from '../../../src/sandbox/slack/manifest.ts';
import {
  type SlackSandbox,
  type SlackSandboxOptions,
  startSlackSandbox,
} from '../../../src/sandbox/slack/server.ts';

export const ALICE = 'U0ALICE';
export const BOB = 'U0BOB';
export const INCIDENTS = 'C0INCIDENTS';
export const RANDOM = 'C0RANDOM';

/** A manifest with all that the sandbox serves. */
export const MANIFEST: SlackManifest = {
  display_information: { name: 'Test App' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'testbot' },
    slash_commands: [{ command: '/db-triage', description: 'Starts triage' }],
    shortcuts: [
      { name: 'Declare', type: 'global', callback_id: 'declare', description: 'Declares' },
      { name: 'Add to timeline', type: 'message', callback_id: 'timeline', description: 'Adds' },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'chat:write',
        'commands',
        'app_mentions:read',
        'users:read',
        'users:read.email',
        'usergroups:read',
        'channels:read',
        'channels:history',
        'channels:manage',
        'channels:join',
        'im:write',
        'im:history',
        'reactions:read',
        'reactions:write',
        'pins:write',
        'bookmarks:write',
        'files:write',
        'canvases:write',
        'team:read',
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: ['app_mention', 'app_home_opened', 'message.im', 'reaction_added', 'member_joined_channel'],
    },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

/** A sandbox with two people, a channel of both with the bot, and a channel without the bot. */
export function startTestSandbox(options: Partial<SlackSandboxOptions> = {}): Promise<SlackSandbox> {
  return startSlackSandbox({
    manifest: MANIFEST,
    users: [
      { id: ALICE, name: 'alice', realName: 'Alice Adams' },
      { id: BOB, name: 'bob', realName: 'Bob Brown' },
    ],
    channels: [
      { id: INCIDENTS, name: 'incidents', members: [ALICE, BOB] },
      { id: RANDOM, name: 'random', members: [ALICE], botIsMember: false },
    ],
    ...options,
  });
}

/** The production client, pointed at the sandbox, without the retries that would hide refusals. */
export function clientOf(sandbox: SlackSandbox, token: string = sandbox.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: sandbox.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the control API answers JSON whose shape each test asserts
type Json = any;

/** Asks the control API; the answer also has the HTTP status. */
export async function control(
  sandbox: SlackSandbox,
  name: string,
  body?: object,
  method = body === undefined ? 'GET' : 'POST',
): Promise<Json> {
  const response = await fetch(`${sandbox.url}/_sandbox/${name}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: Json = await response.json();
  return Array.isArray(answer) ? answer : { httpStatus: response.status, ...answer };
}

/** The messages of a channel as the page sees them. */
export async function messagesOf(sandbox: SlackSandbox, channelId: string): Promise<Json[]> {
  const state = await control(sandbox, 'state');
  return state.channels.find((channel: Json) => channel.id === channelId).messages;
}

/** Resolves as soon as the condition holds; fails after the deadline in milliseconds. */
export async function until<Value>(
  what: string,
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  deadlineMs = 10_000,
): Promise<Value> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`It did not come to pass within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const webOptions = (sandbox: SlackSandbox) => ({
  slackApiUrl: sandbox.apiUrl,
  retryConfig: { retries: 0 },
  logLevel: LogLevel.ERROR,
});

/** A Bolt app on Socket Mode, whose receiver takes the API's address only in `installerOptions`. `clientPingTimeout` also decides how soon it comes back after a disconnect. */
export async function startSocketApp(
  sandbox: SlackSandbox,
  register: (app: App) => void,
  clientPingTimeout = 1500,
): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: sandbox.appToken,
    clientPingTimeout,
    installerOptions: { clientOptions: webOptions(sandbox) },
    logLevel: LogLevel.ERROR,
  });
  return startApp(sandbox, receiver, register, []);
}

/** A Bolt app on signed HTTP; it is told to the sandbox. */
export async function startHttpApp(sandbox: SlackSandbox, register: (app: App) => void): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: sandbox.signingSecret, logLevel: LogLevel.ERROR });
  const app = await startApp(sandbox, receiver, register, [0]);
  const server = Reflect.get(receiver, 'server');
  sandbox.setDelivery({ mode: 'http', requestUrl: `http://127.0.0.1:${server.address().port}/slack/events` });
  return app;
}

async function startApp(
  sandbox: SlackSandbox,
  receiver: HTTPReceiver | SocketModeReceiver,
  register: (app: App) => void,
  start: [number] | [],
): Promise<App> {
  const app = new App({
    token: sandbox.botToken,
    receiver,
    deferInitialization: true,
    clientOptions: webOptions(sandbox),
    logLevel: LogLevel.ERROR,
  });
  register(app);
  await app.init();
  await app.start(...start);
  return app;
}

/** A section with a button, as an app would post it. */
export function buttonBlocks(actionId = 'approve') {
  return [
    { type: 'section', block_id: 'text', text: { type: 'mrkdwn', text: 'Kill *it*?' } },
    {
      type: 'actions',
      block_id: 'row',
      elements: [
        {
          type: 'button' as const,
          action_id: actionId,
          value: 'plan-1',
          text: { type: 'plain_text' as const, text: 'Approve' },
        },
      ],
    },
  ];
}

/** The Web API's refusal, as its code and its whole answer. */
export async function refusalOf(promise: Promise<unknown>): Promise<Json> {
  try {
    await promise;
  } catch (error) {
    const data: Json = error instanceof Error ? Reflect.get(error, 'data') : undefined;
    if (data !== undefined) return data;
    throw error;
  }
  throw new Error('The call was not refused.');
}
