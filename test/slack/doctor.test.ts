import { expect, test } from 'vitest';
import type { SlackAccess } from '../../src/domain/access.ts';
import type { DoctorReport } from '../../src/domain/doctor.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { readSlackAccess, type SlackDoctorOptions } from '../../src/slack/doctor/slack-access.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { silent } from '../adapters/postgres/support.ts';
import { examine, resultOf } from '../doctor/support.ts';
import { CHANNEL } from '../support/channel.ts';
import { act, connections, shown } from './sandbox-control.ts';
import { startRig, startSandbox } from './support.ts';

const manifest = () => slackManifest({ mode: 'socket' });

function withoutScopes(...scopes: string[]) {
  const made = manifest();
  made.oauth_config.scopes.bot = made.oauth_config.scopes.bot.filter((scope) => !scopes.includes(scope));
  return made;
}

/** Slack's answers, with traits of channels that the sandbox does not start with. */
function withTraits(traits: Record<string, object>): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const body = (await response.json()) as { channel?: { id?: string } };
    Object.assign(body.channel ?? {}, traits[body.channel?.id ?? '']);
    return new Response(JSON.stringify(body), response);
  };
}

async function look(
  sandbox: SlackSandbox,
  options: Partial<SlackDoctorOptions> & { channel?: string; botToken?: string; appToken?: string } = {},
): Promise<DoctorReport> {
  const { channel = CHANNEL, botToken = sandbox.botToken, appToken = sandbox.appToken, ...others } = options;
  return await examine({
    kind: 'slack',
    name: 'Slack',
    timeoutMs: 30_000,
    read: (signal): Promise<SlackAccess> =>
      readSlackAccess(
        {
          config: {
            mode: 'socket',
            apiUrl: sandbox.apiUrl,
            channel,
            botToken: new Secret(botToken),
            appToken: new Secret(appToken),
            signingSecret: null,
          },
          fetch,
          logger: silent,
          uses: { userGroups: false, addresses: false },
          routedChannels: [],
          arrivals: () => null,
          configToken: null,
          click: null,
          ...others,
        },
        signal,
      ),
  });
}

test('a whole installation is green, the manifest included, and no connection is opened for it', async () => {
  const sandbox = await startSandbox();

  const report = await look(sandbox, { configToken: sandbox.configToken });

  expect(report.results.map(({ check, status }) => `${check} ${status}`)).toEqual([
    'slack/connection ok',
    'slack/channel ok',
    'slack/click unknown',
    'slack/clock ok',
    'slack/manifest ok',
    'slack/routed-channels not-applicable',
    'slack/scopes ok',
    'slack/socket ok',
  ]);
  expect(await connections(sandbox)).toBe(0);
});

test('a token that Slack refuses is one line', async () => {
  const { results } = await look(await startSandbox(), { botToken: 'xoxb-old' });
  expect(results).toEqual([
    expect.objectContaining({
      check: 'slack/connection',
      status: 'missing',
      found: expect.stringContaining('Slack refused the bot token with "invalid_auth".'),
      remedy: { text: expect.stringContaining('OAuth & Permissions'), commands: [] },
    }),
  ]);
});

test('missing scopes: what is needed and what is not apart, with the lines for the manifest', async () => {
  const sandbox = await startSandbox({ manifest: withoutScopes('channels:history', 'files:write') });

  const { results, ok } = await look(sandbox);

  const scopes = results.filter(({ check }) => check === 'slack/scopes');
  expect(ok).toBe(false);
  expect(scopes.map(({ status, found }) => `${status}: ${found}`)).toEqual([
    'missing: Not granted: channels:history.',
    'advice: Not granted: files:write.',
  ]);
  expect(scopes[0]?.remedy?.commands[0]?.text).toBe('scopes:\n  bot:\n    - channels:history');
});

test('what the configuration relies on is needed', async () => {
  const sandbox = await startSandbox({ manifest: withoutScopes('usergroups:read') });
  const statusWith = async (userGroups: boolean) =>
    resultOf(await look(sandbox, { uses: { userGroups, addresses: false } }), 'slack/scopes').status;
  expect(await statusWith(false)).toBe('advice');
  expect(await statusWith(true)).toBe('missing');
});

test('not in the channel: says how it gets there', async () => {
  const report = await look(await startSandbox(), { channel: 'C0RANDOM' });
  expect(resultOf(report, 'slack/channel')).toMatchObject({
    status: 'missing',
    found: expect.stringContaining('not_in_channel'),
    remedy: { text: 'Type "/invite @firebreak" in the channel.' },
  });
});

test('each channel that a route names is one result, with what takes its place and the way in', async () => {
  const own = ['C0PAYMENTS', 'C0OLD', 'C0READONLY'].map((id) => ({
    id,
    name: id.toLowerCase(),
    members: [],
  }));
  const sandbox = await startSandbox({
    users: [],
    channels: [
      { id: CHANNEL, name: 'incidents', members: [] },
      { id: 'C0RANDOM', name: 'random', members: [], botIsMember: false },
      ...own,
    ],
  });

  const { results, ok } = await look(sandbox, {
    fetch: withTraits({ C0OLD: { is_archived: true }, C0READONLY: { is_read_only: true } }),
    routedChannels: ['C0PAYMENTS', 'C0RANDOM', 'C0PAYMENTS', CHANNEL, 'C0OLD', 'C0NOWHERE', 'C0READONLY'],
  });

  const routed = results.filter(({ check }) => check === 'slack/routed-channels');
  expect(ok).toBe(false);
  expect(routed.map(({ status, found, remedy }) => `${status}: ${found} ${remedy?.text ?? ''}`)).toEqual([
    'ok: C0PAYMENTS, public ',
    'missing: Slack refused the channel with "not_in_channel". (C0RANDOM) Type "/invite @firebreak" in the channel.',
    expect.stringContaining('"is_archived". (C0OLD) Unarchive the channel'),
    expect.stringContaining('"channel_not_found". (C0NOWHERE) Configure the id of the channel'),
    expect.stringContaining('"restricted_action". (C0READONLY) Allow Firebreak to post'),
  ]);
  expect(routed[1]?.without).toContain('The incident channel takes its place');
  expect(results.find(({ check }) => check === 'slack/channel')?.status).toBe('ok');
});

test('a private channel of a route needs scopes that a public incident channel does not', async () => {
  const sandbox = await startSandbox({ manifest: withoutScopes('groups:history') });
  const statusWith = async (...routedChannels: string[]) => {
    const options = { routedChannels, fetch: withTraits({ C0RANDOM: { is_private: true } }) };
    return resultOf(await look(sandbox, options), 'slack/scopes').found;
  };
  expect(await statusWith()).not.toContain('groups:history');
  expect(await statusWith('C0RANDOM')).toBe('Not granted: groups:history.');
});

test('an app token that is none, and Socket Mode that is off', async () => {
  const sandbox = await startSandbox();
  expect(resultOf(await look(sandbox, { appToken: sandbox.botToken }), 'slack/socket')).toMatchObject({
    status: 'missing',
    remedy: { text: expect.stringContaining('connections:write') },
  });
  const off = await startSandbox({ manifest: slackManifest({ mode: 'http', url: 'https://firebreak' }) });
  const report = await look(off, { configToken: off.configToken });
  expect(resultOf(report, 'slack/socket').found).toContain('Socket Mode is switched off');
  expect(resultOf(report, 'slack/manifest').found).toContain('Socket Mode is off, and slack.mode is socket');
});

test('a manifest that is older than this version says what people lack', async () => {
  const old = manifest();
  old.features.slash_commands = [];
  old.features.shortcuts = old.features.shortcuts.filter(({ callback_id }) => callback_id !== 'note.add');
  old.settings.event_subscriptions.bot_events = ['app_mention'];
  old.settings.interactivity.is_enabled = false;
  const sandbox = await startSandbox({ manifest: old });

  const report = await look(sandbox, { configToken: sandbox.configToken });

  expect(resultOf(report, 'slack/manifest')).toMatchObject({
    status: 'missing',
    found:
      'It differs: no command /db-triage; no shortcut note.add; no event app_home_opened; interactivity is off, so no click arrives.',
  });
  expect(resultOf(await look(sandbox), 'slack/manifest').status).toBe('unknown');
});

test('a click is proved by a running Firebreak, over its own connections', async () => {
  const { sandbox } = await startRig();
  const click = {
    waitMs: 20_000,
    lookEveryMs: 100,
    asked: () => {
      void (async () => {
        const button = (await shown(sandbox)).at(-1);
        if (button !== undefined) await act(sandbox, 'U0ALICE', button, 'doctor.click');
      })();
    },
  };

  const report = await look(sandbox, { click });

  expect(resultOf(report, 'slack/click')).toMatchObject({
    status: 'ok',
    found: 'Firebreak doctor: the click arrived. Alice Adams pressed.',
  });
  expect((await shown(sandbox)).at(-1)?.blocks?.some(({ type: kind }) => kind === 'actions')).toBe(false);
});

test('a button that nobody presses is taken away, and says where to look', async () => {
  const sandbox = await startSandbox();

  const report = await look(sandbox, { click: { waitMs: 300, lookEveryMs: 50, asked: () => undefined } });

  expect(resultOf(report, 'slack/click')).toMatchObject({
    status: 'missing',
    found: 'No press of the button arrived within 0 s.',
    remedy: { text: expect.stringContaining('Interactivity') },
  });
  expect(JSON.stringify((await shown(sandbox)).at(-1)?.blocks)).toContain('no click arrived in time');
});
