import { expect, test } from 'vitest';
import { CHANNEL } from '../../support/channel.ts';
import { attempt, view } from '../fixtures.ts';
import { calls } from '../sandbox-control.ts';
import { createRig, renderAll, startSandbox } from '../support.ts';

const channels = (botIsMember: boolean) => [
  { id: CHANNEL, name: 'incidents', members: ['U0ALICE'] },
  { id: 'C0DBA', name: 'dba', members: ['U0ALICE'], botIsMember },
];

async function shownIn(botIsMember: boolean) {
  const rig = await createRig({ sandbox: await startSandbox({ channels: channels(botIsMember) }) });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')], { channel: 'C0DBA' }));
  await renderAll(rig.bot);
  const rows = await rig.messages.list('INC-1');
  return { rig, rows };
}

test('an incident is told in the channel that a route says, with its thread', async () => {
  const { rows } = await shownIn(true);
  expect(rows.length).toBeGreaterThan(1);
  expect(new Set(rows.map(({ channel, ts }) => `${channel} ${ts === null}`))).toEqual(
    new Set(['C0DBA false']),
  );
});

test('where the bot may not post there, the incident channel takes its place, and the log says so', async () => {
  const { rig, rows } = await shownIn(false);
  expect(rows.length).toBeGreaterThan(1);
  expect(new Set(rows.map(({ channel, ts }) => `${channel} ${ts === null}`))).toEqual(
    new Set([`${CHANNEL} false`]),
  );
  expect(rig.log.join('\n')).toContain('The channel that alerts.routes names cannot be used');
  expect(rig.bot.health().trouble).toBeNull();
  rig.desk.views.set('INC-2', view([], { id: 'INC-2', channel: 'C0DBA' }));
  const before = (await calls(rig.sandbox, 'chat.postMessage')).length;
  await renderAll(rig.bot, 'INC-2');
  // It is known by now.
  expect((await calls(rig.sandbox, 'chat.postMessage')).length).toBe(before + 1);
});
