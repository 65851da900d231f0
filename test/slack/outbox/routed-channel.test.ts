import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHANNEL } from '../../support/channel.ts';
import { attempt, view } from '../fixtures.ts';
import { calls, fault, shown } from '../sandbox-control.ts';
import { createRig, never, type Rig, renderAll, startSandbox } from '../support.ts';

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

/** Somebody archives the channel of the route. */
async function archive({ sandbox }: Rig): Promise<void> {
  await fault(sandbox, { channel: 'C0DBA', error: 'is_archived', times: 1_000 });
}

test.each([
  ['a card has to be posted', 'verifying', 'attention'],
  ['a card has to be updated', 'awaiting', 'executing'],
] as const)(
  'a channel that is archived before %s: the incident goes on in the incident channel',
  async (_, before, after) => {
    const { rig } = await shownIn(true);
    const channel = 'C0DBA';
    rig.desk.views.set('INC-1', view([attempt('suspend', 'passed'), attempt('kill', before)], { channel }));
    await renderAll(rig.bot);
    await archive(rig);
    rig.desk.views.set(
      'INC-1',
      view([attempt('suspend', 'passed'), attempt('kill', after), attempt('watch', 'awaiting')], { channel }),
    );
    await renderAll(rig.bot);
    const keys = (await shown(rig.sandbox)).map(({ metadata }) => metadata?.event_payload.key);
    expect(keys).toEqual(['parent', 'step:suspend:1', 'step:kill:1', 'step:watch:1']);
    expect(rig.log.join('\n')).toContain('The channel that alerts.routes names cannot be used');
    expect(rig.bot.health()).toMatchObject({ trouble: null, waiting: 0 });
  },
);

test('a closed incident stays in the channel that was archived after it', async () => {
  const { rig } = await shownIn(true);
  await archive(rig);
  rig.desk.views.set('INC-1', view([attempt('kill', 'passed')], { channel: 'C0DBA', status: 'closed' }));
  await expect(rig.bot.render('INC-1', never)).rejects.toMatchObject({ code: 'slack-channel' });
  expect(await shown(rig.sandbox)).toEqual([]);
});

test('a channel that Slack limits is left alone for as long as it says, and holds back no other', async () => {
  const rig = await createRig({ sandbox: await startSandbox({ channels: channels(true) }) });
  rig.desk.views.set('INC-1', view([], { channel: 'C0DBA' }));
  const limit = { method: 'chat.postMessage', status: 429, retryAfter: 3, times: 1 };
  await fault(rig.sandbox, { ...limit, channel: 'C0DBA' });
  const drawn = renderAll(rig.bot);
  await delay(300);
  rig.desk.views.set('INC-2', view([], { id: 'INC-2' }));
  expect(await rig.bot.render('INC-2', never)).toBe('done');
  await drawn;
  const posts = await calls(rig.sandbox, 'chat.postMessage');
  const [limited, again] = posts.filter(({ args }) => args.channel === 'C0DBA');
  expect((again?.at ?? 0) - (limited?.at ?? 0)).toBeGreaterThanOrEqual(2_900);
});
