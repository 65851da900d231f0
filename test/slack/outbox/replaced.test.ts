import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createMemoryMutex } from '../../support/memory-chat.ts';
import { shiftedClock } from '../../support/shifted-clock.ts';
import { attempt, view } from '../fixtures.ts';
import { freezingMessages, losableMutex } from '../frozen.ts';
import { fault, posted, until } from '../sandbox-control.ts';
import { createRig, never, type Rig, renderAll, startSandbox } from '../support.ts';

const KEYS = ['parent', 'step:kill:1'];

/** Milliseconds after which another process has taken over from one that says nothing. */
const TAKEN_OVER_MS = 20_000;

const keysOf = async (rig: Rig) => (await posted(rig.sandbox)).map(({ key }) => key);

test.each([
  ['before the row of the parent is written', 'parent', 'before'],
  ['after the row of the parent is written', 'parent', 'after'],
  ['before the row of a card is written', 'step:kill:1', 'before'],
  ['after the row of a card is written', 'step:kill:1', 'after'],
] as const)('a process that stands still %s posts nothing twice when it goes on', async (_, key, where) => {
  const messages = freezingMessages(key, where);
  const mutex = losableMutex();
  const clock = shiftedClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await createRig({ messages, mutex, clock, sandbox });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  void rig.bot.render('INC-1', never).catch(() => undefined);
  await until('it stands still', () => messages.isFrozen());

  clock.shift(TAKEN_OVER_MS);
  const other = await createRig({ sandbox: rig.sandbox, desk: rig.desk, messages, clock });
  await renderAll(other.bot);
  expect(await keysOf(rig)).toEqual(KEYS);
  mutex.lost = true;
  messages.thaw();
  await delay(500);
  mutex.lost = false;
  await until('it is through', () => rig.bot.health().waiting === 0);
  expect(await keysOf(rig)).toEqual(KEYS);
  expect(messages.rows.every(({ ts }) => ts !== null)).toBe(true);
  // Nor for a moment, until it would be taken back.
  expect(rig.log.join('\n')).not.toContain('another process had posted');
});

test('a post that arrives after another process has posted anew is taken back', async () => {
  const clock = shiftedClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await createRig({ clock, sandbox });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await fault(rig.sandbox, { method: 'chat.postMessage', delayMs: 1_500, times: 1 });
  void rig.bot.render('INC-1', never);
  await until('its row is written', () => rig.messages.rows.length === 1);
  clock.shift(TAKEN_OVER_MS);
  const { desk, messages } = rig;
  const other = await createRig({ sandbox, desk, messages, clock });
  await renderAll(other.bot);
  await until('it is through', () => rig.bot.health().waiting === 0);
  expect(await keysOf(rig)).toEqual(KEYS);
  expect(rig.log.join('\n')).toContain('another process had posted the message meanwhile');
});

test('the first message is on its way for long: another process does not post it too', async () => {
  const mutex = createMemoryMutex();
  const rig = await createRig({ mutex });
  const { sandbox, desk, messages } = rig;
  const shown = view([]);
  desk.views.set('INC-1', shown);
  const row = rig.bot.reserve('INC-1', null);
  if (row === null) throw new Error('Slack can be reached.');
  messages.rows.push(row);
  await fault(sandbox, { method: 'chat.postMessage', delayMs: 1_500, times: 1 });
  rig.bot.announce(shown.incident);
  const late = shiftedClock();
  late.shift(TAKEN_OVER_MS);
  const other = await createRig({ sandbox, desk, messages, mutex, clock: late });
  const drawn = rig.bot.render('INC-1', never);
  await delay(200);
  await Promise.all([drawn, renderAll(other.bot)]);
  await renderAll(rig.bot);
  expect(await keysOf(rig)).toEqual(['parent']);
  expect(rig.log.concat(other.log).join('\n')).not.toContain('another process had posted');
});
