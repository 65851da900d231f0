import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StepStatus } from '../../../src/domain/incident.ts';
import type { IncidentView } from '../../../src/engine/desk.ts';
import { createMemoryMutex } from '../../support/memory-chat.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { attempt, view } from '../fixtures.ts';
import { beginOutage, calls, endOutage, fault, posted, until } from '../sandbox-control.ts';
import { createRig, never, type Rig, renderAll, startSandbox } from '../support.ts';

const card = (status: StepStatus, id = 'INC-1'): IncidentView => view([attempt('kill', status)], { id });

async function shownOf(rig: Rig, incident: string) {
  return (await posted(rig.sandbox)).filter(
    ({ message }) => message.metadata?.event_payload.incident === incident,
  );
}

const keysOf = async (rig: Rig, incident = 'INC-1') => (await shownOf(rig, incident)).map(({ key }) => key);

test.each([
  ['the parent', {}],
  ['a card', { skip: 1 }],
])('a connection that breaks after %s was posted leads to no second one', async (_, which) => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  const lost = { method: 'chat.postMessage', drop: true, afterProcessing: true, times: 1 };
  await fault(rig.sandbox, { ...lost, ...which });
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toEqual(['parent', 'step:kill:1']);
});

test('a post that Slack takes long after its answer was given up is found, not repeated', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  await fault(rig.sandbox, { method: 'chat.postMessage', delayMs: 12_500, holdMs: 100, times: 1 });
  await renderAll(rig.bot);
  await delay(2_000);
  expect(await keysOf(rig)).toEqual(['parent']);
}, 30_000);

test('posts that are limited hold back no updates', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  await renderAll(rig.bot);
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 429, retryAfter: 8, times: 1 });
  rig.desk.views.set('INC-2', card('awaiting', 'INC-2'));
  expect(await rig.bot.render('INC-2', never)).toBe('busy');
  rig.desk.views.set('INC-1', card('executing'));
  await renderAll(rig.bot);
  expect(JSON.stringify((await shownOf(rig, 'INC-1'))[1]?.message)).toContain('Running');
  expect(await keysOf(rig, 'INC-2')).toEqual([]);
  await renderAll(rig.bot, 'INC-2');
  const limited = (await calls(rig.sandbox, 'chat.postMessage')).filter(({ ok }) => !ok);
  expect(limited).toHaveLength(1);
}, 30_000);

test('updates that pile up while Slack is away are sent once, in their last state', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  await renderAll(rig.bot);
  await beginOutage(rig.sandbox, { kind: 'drop' });
  for (const status of ['approved', 'executing', 'verifying', 'attention'] as const) {
    rig.desk.views.set('INC-1', card(status));
    expect(await rig.bot.render('INC-1', never)).toBe('busy');
  }
  await endOutage(rig.sandbox);
  const before = (await calls(rig.sandbox, 'chat.update')).length;
  await renderAll(rig.bot);
  expect((await calls(rig.sandbox, 'chat.update')).length - before).toBe(2);
  expect(JSON.stringify((await shownOf(rig, 'INC-1'))[1]?.message)).toContain('Needs a person');
});

test('a thread that somebody deletes while Slack is away is posted anew', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  await renderAll(rig.bot);
  const before = (await shownOf(rig, 'INC-1')).map(({ message }) => message.ts);
  for (const ts of before.toReversed()) {
    await fetch(`${rig.sandbox.apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.sandbox.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'C0INCIDENTS', ts }),
    });
  }
  await beginOutage(rig.sandbox, { kind: 'error' });
  rig.desk.views.set('INC-1', card('executing'));
  expect(await rig.bot.render('INC-1', never)).toBe('busy');
  await endOutage(rig.sandbox);
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toEqual(['parent', 'step:kill:1']);
});

test('a post is looked for on every page of a busy channel, and the search outlives a rate limit', async () => {
  const clock = createVirtualClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await createRig({ sandbox, clock });
  rig.desk.views.set('INC-1', view([]));
  await fault(sandbox, { method: 'chat.postMessage', status: 500, afterProcessing: true, times: 1 });
  await fault(sandbox, { method: 'conversations.history', status: 429, retryAfter: 60, times: 1 });
  void rig.bot.render('INC-1', never);
  await until('it is posted', async () => (await keysOf(rig)).length === 1);
  await clock.advance(5_000, 500);
  await chatter(rig, 1100);
  await fault(sandbox, { method: 'conversations.history', skip: 3, status: 429, retryAfter: 10, times: 1 });
  await clock.advance(120_000, 500);
  expect(await keysOf(rig)).toEqual(['parent']);
  expect(rig.bot.health().waiting).toBe(0);
  const pages = await calls(sandbox, 'conversations.history');
  const cursors = pages.flatMap(({ ok, args }) => (ok ? [args.cursor] : []));
  expect(cursors.length).toBeGreaterThan(4);
  expect(new Set(cursors).size).toBe(cursors.length);
}, 60_000);

/** Somebody writes a lot. */
async function chatter({ sandbox }: Rig, count: number): Promise<void> {
  for (let written = 0; written < count; written += 1) {
    await fetch(`${sandbox.url}/_sandbox/message`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'U0ALICE', channel: 'C0INCIDENTS', text: `line ${written}` }),
    });
  }
}

test('a message that Slack will not take holds back its own incident alone', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  await fault(rig.sandbox, { method: 'chat.postMessage', error: 'as_it_pleases', times: 1 });
  await expect(rig.bot.render('INC-1', never)).rejects.toThrow('as_it_pleases');
  rig.desk.views.set('INC-2', card('awaiting', 'INC-2'));
  expect(await rig.bot.render('INC-2', never)).toBe('done');
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toEqual(['parent']);
});

test('a card that Slack refuses again and again is set aside: the next one comes, and the health says so', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'passed'), attempt('watch', 'awaiting')]));
  await fault(rig.sandbox, { method: 'chat.postMessage', error: 'as_it_pleases', skip: 1, times: 3 });
  rig.bot.render('INC-1', never).catch(() => undefined);
  await until('the next card', async () => (await keysOf(rig)).includes('step:watch:1'), 25_000);
  expect(await keysOf(rig)).not.toContain('step:kill:1');
  const { setAside, ...health } = rig.bot.health();
  expect(setAside).toMatch(/^Slack refuses 1 message again and again: .*as_it_pleases/);
  expect(health).toMatchObject({ trouble: null, waiting: 0 });
  expect(rig.defects).toEqual([expect.objectContaining({ incident: 'INC-1', key: 'step:kill:1' })]);

  rig.desk.views.set('INC-1', view([attempt('kill', 'attention')]));
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toContain('step:kill:1');
  expect(rig.bot.health().setAside).toBeNull();
}, 40_000);

test('the first message of an incident is tried until Slack takes it, and the health says that it does not', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  await fault(rig.sandbox, { method: 'chat.postMessage', error: 'as_it_pleases', times: 4 });
  rig.bot.render('INC-1', never).catch(() => undefined);
  await until('it is told', () => rig.bot.health().setAside !== null, 15_000);
  expect(rig.defects).toEqual([expect.objectContaining({ incident: 'INC-1', key: 'parent' })]);
  await until('it is posted', async () => (await keysOf(rig)).length === 2, 25_000);
  expect(rig.bot.health().setAside).toBeNull();
}, 40_000);

test('a message that Slack refuses to update again and again is set aside too', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', card('awaiting'));
  await renderAll(rig.bot);
  await fault(rig.sandbox, { method: 'chat.update', error: 'as_it_pleases', times: 1_000 });
  rig.desk.views.set('INC-1', card('attention'));
  rig.bot.render('INC-1', never).catch(() => undefined);
  await until('nothing waits', () => rig.bot.health().waiting === 0, 35_000);
  expect(rig.bot.health().setAside).toMatch(/^Slack refuses 2 messages /);
}, 60_000);

test('an incident in a channel of former times that is closed to the bot goes on in the incident channel', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  const row = {
    incidentId: 'INC-1',
    key: 'parent',
    channel: 'C0RANDOM',
    ts: null,
    nonce: 'n',
    contentHash: '',
  };
  await rig.messages.put(row);
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toEqual(['parent']);
  expect(rig.bot.health().trouble).toBeNull();
});

test('two processes that draw the same incidents post each message once', async () => {
  const one = await createRig({ mutex: createMemoryMutex() });
  const { sandbox, desk, messages, mutex } = one;
  const other = await createRig({ sandbox, desk, messages, mutex });
  const ids = ['INC-1', 'INC-2', 'INC-3'];
  for (const id of ids) desk.views.set(id, card('awaiting', id));
  await Promise.all([one, other].flatMap(({ bot }) => ids.map(async (id) => renderAll(bot, id))));
  for (const id of ids) expect(await keysOf(one, id)).toEqual(['parent', 'step:kill:1']);
}, 30_000);

test('of many incidents the parents come first, then the cards that ask, then those that tell', async () => {
  const clock = createVirtualClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await createRig({ sandbox, clock });
  const ids = Array.from({ length: 12 }, (_, index) => `INC-${index + 1}`);
  for (const [index, id] of ids.entries()) {
    rig.desk.views.set(id, card(index < 6 ? 'passed' : 'awaiting', id));
  }
  await beginOutage(sandbox, { kind: 'drop' });
  const renders = ids.map(async (id) => rig.bot.render(id, never));
  await clock.advance(3_000, 500);
  await Promise.allSettled(renders);
  await endOutage(sandbox);
  await clock.advance(60_000, 500);
  expect(rig.bot.health().waiting).toBe(0);
  const order = (await posted(sandbox)).map(({ key, message }) =>
    key === 'parent' ? 'parent' : /Waiting for a decision/.test(message.text) ? 'asks' : 'tells',
  );
  const inFirst = (count: number, what: string) => order.slice(0, count).filter((one) => one === what).length;
  expect(order).toHaveLength(24);
  expect(inFirst(12, 'parent')).toBeGreaterThanOrEqual(8);
  expect(inFirst(18, 'parent')).toBe(12);
  expect(inFirst(20, 'asks')).toBe(6);
  expect(inFirst(12, 'tells')).toBeLessThanOrEqual(1);
  expect((await calls(sandbox, 'chat.postMessage')).every(({ ok }) => ok)).toBe(true);
});

test('an hour without Slack: little is logged, nothing piles up, and the channel catches up', async () => {
  const clock = createVirtualClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await createRig({ sandbox, clock });
  const old = ['INC-1', 'INC-2', 'INC-3', 'INC-4'];
  const born = ['INC-5', 'INC-6'];
  const render = (ids: readonly string[]) =>
    void ids.map((id) => rig.bot.render(id, never).catch(() => undefined));
  for (const id of old) rig.desk.views.set(id, card('awaiting', id));
  render(old);
  await clock.advance(20_000, 500);
  expect((await posted(sandbox)).length).toBe(8);

  await beginOutage(sandbox, { kind: 'drop' });
  for (let minute = 0; minute < 60; minute += 1) {
    if (minute === 30) for (const id of born) rig.desk.views.set(id, card('awaiting', id));
    const status = minute % 2 === 0 ? 'executing' : 'attention';
    for (const id of old) rig.desk.views.set(id, card(status, id));
    render(minute < 30 ? old : [...old, ...born]);
    await clock.advance(60_000, 2_000);
  }
  const said = rig.log.filter((line) => /has been unreachable/.test(line));
  expect(said.length).toBeGreaterThanOrEqual(4);
  expect(rig.log.length).toBeLessThanOrEqual(8);
  expect(said.at(-1)).toMatch(/for (?:5\d|60) min|for 15 min/);
  expect(rig.bot.health().waiting).toBe(6);

  // One check each 15 s, and nothing else.
  expect(await endOutage(sandbox)).toBeLessThan(270);
  await clock.advance(60_000, 500);
  expect(rig.bot.health()).toMatchObject({ waiting: 0, trouble: null });
  expect(rig.log.at(-1)).toMatch(/works again after (?:59|60|61) min\./);
  for (const id of old) {
    expect(JSON.stringify((await shownOf(rig, id))[1]?.message)).toContain('Needs a person');
  }
  for (const id of born) expect(await keysOf(rig, id)).toEqual(['parent', 'step:kill:1']);
  expect((await calls(sandbox, 'chat.update')).length).toBe(8);
}, 90_000);
