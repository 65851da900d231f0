import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ALICE } from './fixtures.ts';
import { act, posted, told, type, until } from './sandbox-control.ts';
import { type Rig, startRig } from './support.ts';
import { action, by, type Event, ended, viewOf } from './watchdog-fixtures.ts';

const never = new AbortController().signal;
async function render(rig: Rig): Promise<void> {
  // A message that was just sent is updated a moment later.
  while ((await rig.bot.render('watchdog', never)) === 'busy') await delay(20);
}

const kill: Event[] = [
  { type: 'watchdog.intended', ...action(4711), by, instance: 'one' },
  { type: 'watchdog.ended', policy: 'reports', id: '4711', results: [ended(4711)] },
];

test('an end is told in the channel with who, why and what comes back, and its button stops the policy', async () => {
  const rig = await startRig();
  rig.watchdog.views = [viewOf(kill.slice(0, 1))];
  await render(rig);
  rig.watchdog.views = [viewOf(kill)];
  await render(rig);
  const [one, ...others] = await posted(rig.sandbox);
  expect(others).toEqual([]);
  expect(one?.message.text).toBe('Watchdog policy reports ended 1 session on orders');
  const shown = JSON.stringify(one?.message);
  for (const part of ['pid 4711', 'ran 6m12s', 'CronJob analytics/report is NOT suspended', '3.5 sessions'])
    expect(shown).toContain(part);
  expect(one?.message.text).not.toContain('<!channel>');

  if (one === undefined) throw new Error('There is no message.');
  await act(rig.sandbox, 'U0ALICE', one.message, 'watchdog.stop');
  await told(rig.sandbox, 'U0ALICE', /Watchdog policy reports is stopped/);
  const click = expect.stringMatching(/^[0-9a-f]{32}$/);
  expect(rig.watchdog.wishes).toMatchObject([
    { policy: 'reports', to: 'stopped', by: { id: 'U0ALICE' }, click },
  ]);

  const stop = {
    type: 'watchdog.switched',
    policy: 'reports',
    to: 'stopped',
    by: ALICE,
    reason: '',
    incident: null,
  } as const;
  rig.watchdog.views = [viewOf([...kill, stop])];
  await render(rig);
  const [after] = await posted(rig.sandbox);
  const actions = JSON.stringify(after?.message);
  expect(actions).toContain('watchdog.start');
  expect(actions).not.toContain('watchdog.stop');
});

test('what would have been ended is one message for each day, which says that nothing was', async () => {
  const rig = await startRig();
  const first: Event = { type: 'watchdog.reported', ...action(1) };
  rig.watchdog.views = [viewOf([first])];
  await render(rig);
  const next = ['2026-11-16T01:00:00.000Z', { type: 'watchdog.reported', ...action(3) }] as [string, Event];
  rig.watchdog.views = [viewOf([first, { type: 'watchdog.reported', ...action(2) }, next])];
  await render(rig);
  await until('two messages', async () => (await posted(rig.sandbox)).length === 2);
  await until('both are told', async () =>
    (await posted(rig.sandbox))[0]?.message.text?.includes(
      'would have ended 2 sessions on orders (2026-11-15)',
    ),
  );
  const [day] = await posted(rig.sandbox);
  expect(JSON.stringify(day?.message)).toContain('Nothing was ended');
});

test('/db-triage watchdog lists states, last ends and buttons; a refusal of a click is told', async () => {
  const rig = await startRig();
  const halt: Event = {
    type: 'watchdog.switched',
    policy: 'reports',
    to: 'stopped',
    by,
    reason: 'report came back twice.',
    incident: 'INC-12',
  };
  rig.watchdog.views = [viewOf([...kill, halt])];
  await render(rig);
  const halted = (await posted(rig.sandbox)).find(({ message }) => message.text?.includes('stopped itself'));
  expect(JSON.stringify(halted?.message)).toContain('INC-12 asks what is to be done');
  await type(rig.sandbox, 'U0ALICE', 'watchdog');
  const blocks = await told(rig.sandbox, 'U0ALICE', /role report older than/);
  for (const part of ['role report older than 5m00s', 'came back twice', '1 of 1 ended', 'Start it again'])
    expect(blocks).toContain(part);
  rig.watchdog.refusal = 'You may not decide on session actions.';
  if (halted === undefined) throw new Error('There is no message.');
  await act(rig.sandbox, 'U0BOB', halted.message, 'watchdog.start');
  await told(rig.sandbox, 'U0BOB', /You may not decide on session actions/);
});
