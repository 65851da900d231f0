import { expect, test } from 'vitest';
import { newNonce } from '../../../src/slack/outbox/nonce.ts';
import { CHANNEL } from '../../support/channel.ts';
import { shiftedClock } from '../../support/shifted-clock.ts';
import { attempt, view } from '../fixtures.ts';
import { beginOutage, endOutage, fault, posted, until } from '../sandbox-control.ts';
import { createRig, never, renderAll, startRig } from '../support.ts';

const HOUR_MS = 3_600_000;

test('a clock that is set back by an hour holds back no message', async () => {
  const clock = shiftedClock();
  const rig = await createRig({ clock });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  clock.shift(-HOUR_MS);
  rig.desk.views.set('INC-1', view([attempt('kill', 'passed'), attempt('watch', 'awaiting')]));
  void rig.bot.render('INC-1', never);
  await until('it is drawn', () => rig.bot.health().waiting === 0);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual([
    'parent',
    'step:kill:1',
    'step:watch:1',
  ]);
});

test('a clock that is set back while Slack is away: it is noticed all the same that Slack is back', async () => {
  const clock = shiftedClock();
  const rig = await createRig({ clock });
  rig.desk.views.set('INC-1', view([]));
  await beginOutage(rig.sandbox, { kind: 'drop' });
  expect(await rig.bot.render('INC-1', never)).toBe('busy');
  clock.shift(-HOUR_MS);
  await endOutage(rig.sandbox);
  await until('it is posted', async () => (await posted(rig.sandbox)).length === 1, 20_000);
}, 30_000);

test('a post that was written down by a clock that was ahead is looked for no longer than another', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  const nonce = newNonce(new Date(Date.now() + HOUR_MS / 2));
  const row = { incidentId: 'INC-1', key: 'parent', channel: CHANNEL, ts: null, nonce, contentHash: '' };
  await rig.messages.put(row);
  void rig.bot.render('INC-1', never);
  await until('it is posted', async () => (await posted(rig.sandbox)).length === 1, 12_000);
}, 30_000);

test.each([-3, 3])(
  'a post without an answer is found with the clock of the machine %i h ahead',
  async (hours) => {
    const clock = shiftedClock();
    clock.shift(hours * HOUR_MS);
    const rig = await startRig({ clock });
    rig.desk.views.set('INC-1', view([]));
    await fault(rig.sandbox, { method: 'chat.postMessage', status: 500, afterProcessing: true, times: 1 });
    await renderAll(rig.bot);
    expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
  },
);
