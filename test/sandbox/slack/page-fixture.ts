import { setTimeout } from 'node:timers/promises';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Block, KnownBlock } from '@slack/web-api';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { type SlackSandbox, startSlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { launchChromium } from '../../support/chromium.ts';

/** The person who looks at the page unless a test says otherwise, a colleague, and their channel. */
export const MARA = 'U0MARA';
export const DENIZ = 'U0DENIZ';
export const CHANNEL = 'C0INCIDENTS';

const MANIFEST = {
  display_information: { name: 'Firebreak' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'Firebreak' },
    slash_commands: [{ command: '/db-triage', description: 'Start a triage', usage_hint: '[database]' }],
    shortcuts: [{ name: 'Add to timeline', type: 'message' as const, callback_id: 'timeline.add' }],
  },
  oauth_config: { scopes: { bot: ['chat:write', 'commands', 'files:write', 'app_mentions:read'] } },
  settings: {
    event_subscriptions: { bot_events: ['app_home_opened', 'app_mention'] },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

/** A sandbox, a real Bolt app connected to it by Socket Mode, and a browser. */
export interface PageFixture {
  sandbox: SlackSandbox;
  app: App;
  /** Posts as the app and returns the message's `ts`. */
  post(text: string, blocks?: (KnownBlock | Block)[], extra?: { thread_ts?: string }): Promise<string>;
  /** Opens the page as a person; its browser context is closed with the fixture. */
  open(user: string, path?: string): Promise<Page>;
  /** Closes everything. Throws when a page met an error of its own. */
  close(): Promise<void>;
}

async function startApp(sandbox: SlackSandbox): Promise<App> {
  const clientOptions = () => ({ slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 5 } });
  const logLevel = LogLevel.ERROR;
  const receiver = new SocketModeReceiver({
    appToken: sandbox.appToken,
    installerOptions: { clientOptions: clientOptions() },
    logLevel,
  });
  const app = new App({
    token: sandbox.botToken,
    receiver,
    clientOptions: clientOptions(),
    logLevel,
    convoStore: false,
    deferInitialization: true,
  });
  await app.init();
  await app.start();
  return app;
}

/** Waits until the app's connection is gone; Bolt's `stop` resolves before that. */
async function linkClosed(sandbox: SlackSandbox): Promise<void> {
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline) {
    const response = await fetch(`${sandbox.url}/_sandbox/state`);
    const { link } = z.object({ link: z.object({ connections: z.number() }) }).parse(await response.json());
    if (link.connections === 0) return;
    await setTimeout(20);
  }
}

/** Whether a control has the keyboard focus. */
export async function isFocused(control: Locator): Promise<boolean> {
  return control.evaluate((node: { matches(selector: string): boolean }) => node.matches(':focus'));
}

/** Starts all three. An unanswered click fails after 1.5 s, half of Slack's time. */
export async function startPageFixture(): Promise<PageFixture> {
  const browser: Browser = await launchChromium();
  const sandbox = await startSlackSandbox({
    manifest: MANIFEST,
    users: [
      { id: MARA, name: 'mara', realName: 'Mara Lindqvist' },
      { id: DENIZ, name: 'deniz', realName: 'Deniz Okafor' },
    ],
    channels: [
      { id: CHANNEL, name: 'incidents', members: [MARA, DENIZ] },
      { id: 'C0CHECKOUT', name: 'checkout', members: [MARA, DENIZ] },
    ],
    ackTimeoutMs: 1500,
  });
  const app = await startApp(sandbox);
  const contexts: BrowserContext[] = [];
  const faults: Error[] = [];
  return {
    sandbox,
    app,
    async post(text, blocks = [], extra = {}) {
      const posted = await app.client.chat.postMessage({ channel: CHANNEL, text, blocks, ...extra });
      return posted.ts ?? '';
    },
    async open(user, path = '') {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(8000);
      page.on('pageerror', (error) => faults.push(error));
      await page.goto(`${sandbox.url}/?user=${user}${path}`);
      await page.waitForSelector('body[data-ready]');
      return page;
    },
    async close() {
      for (const context of contexts) await context.close();
      await browser.close();
      await app.stop();
      await linkClosed(sandbox);
      await sandbox.stop();
      if (faults.length > 0) throw new AggregateError(faults, 'The page met errors of its own.');
    },
  };
}
