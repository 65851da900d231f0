import { expect, test } from 'vitest';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { attempt, view } from '../fixtures.ts';
import {
  act,
  beginOutage,
  clearFaults,
  connections,
  disconnect,
  endOutage,
  fault,
  posted,
  refuseSockets,
  type Shown,
  until,
} from '../sandbox-control.ts';
import { createRig, never, type Rig, renderAll, startRig, startSandbox } from '../support.ts';

/** A started bot with one card on which people decide. */
async function withCard(): Promise<{ rig: Rig; card: Shown }> {
  const rig = await startRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  const card = (await posted(rig.sandbox))[1]?.message;
  if (card === undefined) throw new Error('There is no card.');
  await until('both connections are open', async () => (await connections(rig.sandbox)) === 2);
  return { rig, card };
}

const skip = (rig: Rig, card: Shown) => act(rig.sandbox, 'U0ALICE', card, 'step.skip');

test('it starts although Slack cannot be reached, says so, and connects by itself', async () => {
  const first = await startSandbox();
  const { botToken, appToken } = first;
  const port = Number(new URL(first.url).port);
  await first.stop();
  const rig = await createRig({ sandbox: first });
  await rig.bot.start();
  expect(rig.bot.health()).toMatchObject({
    connected: false,
    trouble: expect.stringContaining('ECONNREFUSED'),
  });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  expect(await rig.bot.render('INC-1', never)).toBe('busy');
  await until('the log says it', () => /unreachable.*ECONNREFUSED/.test(rig.log.join('\n')));
  expect(rig.bot.health().waiting).toBe(1);

  const second = await startSandbox({ port, botToken, appToken });
  await until('it is connected', () => rig.bot.health().connected, 20_000);
  await until('the thread is drawn', async () => (await posted(second)).length === 2);
  await until('the log says that it is back', () => /works again after .* s\./.test(rig.log.join('\n')));
  expect(rig.bot.health()).toMatchObject({ trouble: null, waiting: 0 });
  const card = (await posted(second))[1]?.message;
  if (card === undefined) throw new Error('There is no card.');
  expect(await act(second, 'U0ALICE', card, 'step.skip')).toMatchObject({ ok: true });
}, 40_000);

test('a start waits for a Slack that hangs for seconds, not for minutes', async () => {
  const sandbox = await startSandbox();
  await beginOutage(sandbox, { kind: 'hang' });
  const rig = await createRig({ sandbox });
  const started = Date.now();
  await rig.bot.start();
  expect(Date.now() - started).toBeLessThan(9_000);
  await endOutage(sandbox);
  await until('it is connected', () => rig.bot.health().connected, 20_000);
}, 40_000);

test('while one connection is refreshed, a click goes to the other at once', async () => {
  const { rig, card } = await withCard();
  for (const reason of ['refresh_requested', 'warning']) {
    await disconnect(rig.sandbox, reason, 'oldest');
    expect(await connections(rig.sandbox)).toBe(1);
    expect(await skip(rig, card)).toMatchObject({ ok: true });
    // Slack leaves the old connection open for 10 s.
    await until('there are two again', async () => (await connections(rig.sandbox)) === 2, 3_000);
    expect(await skip(rig, card)).toMatchObject({ ok: true });
  }
  expect(rig.bot.health()).toMatchObject({ connected: true, trouble: null });
});

test('connections that died without a word are noticed and made again', async () => {
  const { rig, card } = await withCard();
  await disconnect(rig.sandbox, 'silent');
  expect(await connections(rig.sandbox)).toBe(0);
  await until('there are two again', async () => (await connections(rig.sandbox)) === 2, 15_000);
  expect(await skip(rig, card)).toMatchObject({ ok: true });
}, 30_000);

test.each([
  ['link_disabled', 'Socket Mode is switched off'],
  ['too_many_websockets', 'too many connections'],
])(
  'connections ended with %s are told of, with what to do, until they come back',
  async (reason, words) => {
    const { rig, card } = await withCard();
    await refuseSockets(rig.sandbox, reason, 40);
    await disconnect(rig.sandbox, reason);
    await until('health tells why', () => rig.bot.health().trouble?.includes(words));
    await until('the log says it', () =>
      rig.log.some((line) => /Clicks have not arrived/.test(line) && line.includes(words)),
    );
    expect(rig.bot.health().connected).toBe(false);
    await refuseSockets(rig.sandbox, reason, 1);
    await until('clicks arrive', async () => (await skip(rig, card)).ok, 30_000);
    await until('health is well', () => rig.bot.health().trouble === null);
  },
  60_000,
);

test('a token that is refused in mid-incident is told of with what to do, and taken again when it is mended', async () => {
  const { rig } = await withCard();
  await fault(rig.sandbox, { error: 'invalid_auth', times: 1000 });
  rig.desk.views.set('INC-1', view([attempt('kill', 'executing')]));
  expect(await rig.bot.render('INC-1', never)).toBe('busy');
  await until('the log says it', () =>
    rig.log.some((line) => /refused.*invalid_auth.*OAuth & Permissions/.test(line)),
  );
  await clearFaults(rig.sandbox);
  await until(
    'the card is drawn',
    async () => JSON.stringify((await posted(rig.sandbox))[1]?.message).includes('Running'),
    40_000,
  );
  await until('health is well', () => rig.bot.health().trouble === null);
}, 60_000);

test('a token that is revoked while nothing is to be sent is told of at once, and not by the next incident', async () => {
  const clock = createVirtualClock();
  const rig = await startRig({ clock });
  await fault(rig.sandbox, { error: 'token_revoked', times: 1000 });
  await until('the log says it', async () => {
    await clock.advance(5_000, 5_000);
    return rig.log.some((line) => /refused.*token_revoked.*OAuth & Permissions/.test(line));
  });
  expect(rig.bot.health().trouble).toContain('token_revoked');
});

test('a Slack that goes away while nothing is to be sent is told of, and clicks arrive when it is back', async () => {
  const { rig, card } = await withCard();
  await beginOutage(rig.sandbox, { kind: 'drop' });
  await until('the log says it', () => rig.log.some((line) => /has been unreachable/.test(line)), 15_000);
  await endOutage(rig.sandbox);
  await until('clicks arrive', async () => (await skip(rig, card)).ok, 20_000);
  await until('health is well', () => rig.bot.health().trouble === null);
}, 40_000);

test('a click that arrives while the Web API is down is decided', async () => {
  const { rig, card } = await withCard();
  for (const kind of ['drop', 'hang', 'error'] as const) {
    rig.desk.answers.length = 0;
    rig.desk.reply = { status: 'refused', reason: 'stale-plan', message: 'The plan has changed.' };
    await beginOutage(rig.sandbox, { kind, sockets: false });
    expect(await skip(rig, card)).toMatchObject({ ok: true });
    await until(`the desk is asked (${kind})`, () => rig.desk.answers.length === 1, 5_000);
    await endOutage(rig.sandbox);
  }
}, 30_000);
