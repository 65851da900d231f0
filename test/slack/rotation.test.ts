import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { signatureHeaders } from '../../src/sandbox/slack/delivery/signature.ts';
import { attempt, view } from './fixtures.ts';
import { calls, connections, disconnect, posted, told, type, until } from './sandbox-control.ts';
import { renderAll, startRig, startSandbox } from './support.ts';

/** A secret that the test replaces. */
function changing(first: string) {
  let held = [first];
  const secret = new Secret({ current: () => held[0] ?? '', accepted: () => held });
  return {
    secret,
    replace(next: string, before: readonly string[] = []) {
      held = [next, ...before];
    },
  };
}

test('a bot token that is replaced is used by the next call, and the thread goes on', async () => {
  const sandbox = await startSandbox();
  const bot = changing(sandbox.botToken);
  const rig = await startRig({ sandbox, config: { botToken: bot.secret } });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  const before = (await posted(sandbox)).length;
  expect(before).toBeGreaterThan(0);

  sandbox.rotate({ botToken: 'xoxb-next' });
  bot.replace('xoxb-next');
  rig.desk.views.set('INC-1', view([attempt('suspend', 'passed'), attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  await until('the next card is there', async () => (await posted(sandbox)).length > before);
  await type(sandbox, 'U0ALICE', 'help');
  await told(sandbox, 'U0ALICE', /Databases: orders/);
  expect((await calls(sandbox, 'chat.postMessage')).filter(({ ok }) => !ok)).toEqual([]);
});

test('while the new bot token is not there yet, Slack refuses; with it everything goes on by itself', async () => {
  const sandbox = await startSandbox();
  const bot = changing(sandbox.botToken);
  const rig = await startRig({ sandbox, config: { botToken: bot.secret } });
  sandbox.rotate({ botToken: 'xoxb-next' });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await rig.bot.render('INC-1', new AbortController().signal).catch(() => undefined);
  expect(await posted(sandbox)).toEqual([]);
  bot.replace('xoxb-next');
  await until(
    'the card is there',
    async () => {
      await rig.bot.render('INC-1', new AbortController().signal).catch(() => undefined);
      return (await posted(sandbox)).length > 0;
    },
    25_000,
  );
});

test('an app token that is replaced is used by the next connection', async () => {
  const sandbox = await startSandbox();
  const app = changing(sandbox.appToken);
  await startRig({ sandbox, config: { appToken: app.secret } });
  await until('both connections are there', async () => (await connections(sandbox)) === 2);
  sandbox.rotate({ appToken: 'xapp-next' });
  app.replace('xapp-next');
  await disconnect(sandbox, 'refresh_requested');
  await until('both connections are there again', async () => {
    const made = await calls(sandbox, 'apps.connections.open');
    return made.length >= 4 && (await connections(sandbox)) === 2;
  });
  expect((await calls(sandbox, 'apps.connections.open')).filter(({ ok }) => !ok)).toEqual([]);
});

test('a request that is signed by the signing secret before is taken during the overlap, and not after it', async () => {
  const sandbox = await startSandbox();
  const signing = changing('first');
  const rig = await startRig({ sandbox, mode: 'http', config: { signingSecret: signing.secret } });
  const url = `http://127.0.0.1:${rig.bot.port()}/slack/events`;
  const body = new URLSearchParams({
    command: '/db-triage',
    text: 'help',
    user_id: 'U0ALICE',
    team_id: 'T0SANDBOX',
  });
  const post = async (secret: string, headers: Record<string, string> = {}) => {
    const signed = signatureHeaders(secret, Date.now(), body.toString());
    const answer = await fetch(url, {
      method: 'POST',
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...signed, ...headers },
    });
    return answer.status;
  };
  expect(await post('first')).toBe(200);
  signing.replace('second', ['first']);
  expect([await post('second'), await post('first'), await post('third')]).toEqual([200, 200, 401]);
  signing.replace('second');
  expect([await post('second'), await post('first')]).toEqual([200, 401]);
  expect(await post('second', { 'x-slack-signature': 'v0=00' })).toBe(401);
  expect(await post('second', { 'x-slack-request-timestamp': '1700000000' })).toBe(401);
});
