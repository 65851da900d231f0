import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { attempt, view } from '../fixtures.ts';
import { act, disconnect, fault, posted, type, until } from '../sandbox-control.ts';
import { createRig, type RigOptions, renderAll, startRig, startSandbox } from '../support.ts';

async function refusal(options: RigOptions): Promise<unknown> {
  const rig = await createRig(options);
  return await rig.bot.start().then(
    () => null,
    (error: unknown) => error,
  );
}

describe('start refuses', () => {
  test('a wrong bot token', async () => {
    const error = await refusal({ config: { botToken: new Secret('xoxb-wrong') } });
    expect(error).toMatchObject({ code: 'slack-token', hint: expect.stringContaining('xoxb-') });
    expect(String(error)).not.toContain('xoxb-wrong');
  });

  test('a wrong app token, within 15 seconds', async () => {
    const started = Date.now();
    expect(await refusal({ config: { appToken: new Secret('xapp-wrong') } })).toMatchObject({
      code: 'slack-token',
      hint: expect.stringContaining('connections:write'),
    });
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test('a bot token in the place of the app token, within 15 seconds', async () => {
    const sandbox = await startSandbox();
    expect(await refusal({ sandbox, config: { appToken: new Secret(sandbox.botToken) } })).toMatchObject({
      code: 'slack-token',
    });
  });

  test('a missing app token or signing secret', async () => {
    expect(await refusal({ config: { appToken: null } })).toMatchObject({ code: 'missing-secret' });
    const http = { mode: 'http' as const, config: { signingSecret: null } };
    expect(await refusal(http)).toMatchObject({ code: 'missing-secret' });
  });

  test.each(['chat:write', 'users:read', 'channels:history'])('an app without %s', async (missing) => {
    const manifest = slackManifest({ mode: 'socket' });
    const bot = manifest.oauth_config.scopes.bot.filter((scope) => scope !== missing);
    const sandbox = await startSandbox({ manifest: { ...manifest, oauth_config: { scopes: { bot } } } });
    expect(await refusal({ sandbox })).toMatchObject({
      code: 'slack-scope',
      message: expect.stringContaining(missing),
    });
  });

  test('a channel that it is not in, and one that does not exist', async () => {
    expect(await refusal({ config: { channel: 'C0RANDOM' } })).toMatchObject({
      code: 'slack-channel',
      hint: expect.stringContaining('/invite'),
    });
    expect(await refusal({ config: { channel: 'C0NOWHERE' } })).toMatchObject({ code: 'slack-channel' });
  });

  test('a port that is taken', async () => {
    const first = await startRig({ mode: 'http' });
    const port = first.bot.port() ?? 0;
    expect(await refusal({ mode: 'http', config: { port } })).toMatchObject({ code: 'port-taken' });
  });
});

test('when Slack refreshes every connection at once, clicks arrive again at once', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  const card = (await posted(rig.sandbox))[1]?.message;
  if (card === undefined) throw new Error('There is no card.');
  for (let round = 0; round < 3; round += 1) {
    await disconnect(rig.sandbox, 'warning');
    const down = Date.now();
    await until('a click arrives', async () => (await act(rig.sandbox, 'U0ALICE', card, 'step.skip')).ok);
    expect(Date.now() - down).toBeLessThan(1500);
  }
  await until('the link is up', () => rig.bot.health().connected);
});

test('a cut link comes back by itself; a fault on the way is told and does not end the process', async () => {
  const rig = await startRig();
  await fault(rig.sandbox, { method: 'apps.connections.open', error: 'invalid_auth', times: 9 });
  await disconnect(rig.sandbox, 'kill');
  await until('the link is down', () => !rig.bot.health().connected);
  await until('health tells why', () => rig.bot.health().trouble?.includes('invalid_auth'));
  await until('the link is back', () => rig.bot.health().connected);
  expect(await type(rig.sandbox, 'U0ALICE', 'help')).toMatchObject({ ok: true });
});

test('stop waits for what runs, and nothing arrives after it', async () => {
  const rig = await startRig();
  const { promise, resolve } = Promise.withResolvers<void>();
  let ended = false;
  rig.desk.listOpen = async () => {
    await promise;
    ended = true;
    return [];
  };
  await type(rig.sandbox, 'U0ALICE', 'status');
  const stopped = rig.bot.stop(5000);
  setTimeout(resolve, 2000);
  await stopped;
  expect(ended).toBe(true);
  expect(rig.bot.health().connected).toBe(false);
  expect(await type(rig.sandbox, 'U0ALICE', 'help')).toMatchObject({ ok: false });
});

test('stop gives up a render that waits', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', view([]));
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 429, retryAfter: 20, times: 1 });
  const rendering = rig.bot.render('INC-1', new AbortController().signal);
  await delay(200);
  const started = Date.now();
  await rig.bot.stop(5000);
  expect(await rendering).toBe('busy');
  expect(Date.now() - started).toBeLessThan(3000);
});
