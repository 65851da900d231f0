import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ALICE } from './fixtures.ts';
import { followUpAdded } from './follow-up-fixtures.ts';
import { act, modalWith, posted, type Shown, shown, submit, told, type, until } from './sandbox-control.ts';
import { type Rig, startRig } from './support.ts';

const never = new AbortController().signal;
const ADDED = '2026-11-15T15:00:00.000Z';
const system = { kind: 'system' } as const;

async function render(rig: Rig): Promise<void> {
  for (const _ of [1, 2, 3]) while ((await rig.bot.render('follow-ups', never)) === 'busy') await delay(20);
}

/** The list, with FU-1 of Alice and overdue, FU-2 that no audit holds, and FU-3 whose audit is green. */
async function listed(): Promise<{ rig: Rig; list: Shown }> {
  const rig = await startRig();
  const hostile = { ...followUpAdded('FU-2'), text: 'Resume <!channel> it', proofs: [] };
  const done = {
    type: 'follow-up.settled',
    to: 'done',
    by: system,
    because: 'Green: statement-timeout.',
  } as const;
  rig.desk.followUps.events = [
    [ADDED, { ...followUpAdded('FU-1'), owner: ALICE, due: '2026-11-20' }],
    [ADDED, hostile],
    [ADDED, followUpAdded('FU-3')],
    ['2026-11-29T09:00:00.000Z', { ...done, id: 'FU-3', reading: ADDED }],
  ];
  await type(rig.sandbox, 'U0ALICE', 'follow-ups');
  await told(rig.sandbox, 'U0ALICE', /2 open, 1 overdue, 1 done/);
  const list = (await shown(rig.sandbox)).findLast(({ ephemeral_to }) => ephemeral_to === 'U0ALICE');
  if (list === undefined) throw new Error('There is no list.');
  return { rig, list };
}

test('/db-triage follow-ups lists who, until when and what proves it; the window changes what was touched', async () => {
  const { rig, list } = await listed();
  const blocks = JSON.stringify(list.blocks);
  for (const part of [
    'Alice',
    'overdue since 2026-11-20',
    'from INC-12',
    'Done when green: statement-timeout (role report)',
    'a person says when it is done',
  ])
    expect(blocks).toContain(part);
  expect(list.text).not.toContain('<!channel>');

  await act(rig.sandbox, 'U0ALICE', list, 'follow-up.edit');
  const view = await modalWith(rig.sandbox, 'U0ALICE', /FU-1/);
  // What its audit proves, nobody says.
  expect(JSON.stringify(view.blocks)).not.toContain('"Done"');
  await submit(rig.sandbox, 'U0ALICE', view, {
    owner: { owner: { selected_user: 'U0BOB' } },
    due: { due: { selected_date: '2026-11-20' } },
    state: { state: { selected_option: { value: 'open' } } },
  });
  expect(rig.desk.followUps.changed).toMatchObject([
    {
      id: 'FU-1',
      owner: { id: 'U0BOB' },
      by: { id: 'U0ALICE' },
      click: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  ]);
  expect(rig.desk.followUps.changed[0]).not.toHaveProperty('due');
  expect(rig.desk.followUps.changed[0]).not.toHaveProperty('to');
});

test('a refusal is told in the window, and a guest owns nothing', async () => {
  const { rig, list } = await listed();
  await act(rig.sandbox, 'U0ALICE', list, 'follow-up.edit');
  const view = await modalWith(rig.sandbox, 'U0ALICE', /FU-1/);
  const guest = await submit(rig.sandbox, 'U0ALICE', view, {
    owner: { owner: { selected_user: 'U0GUEST' } },
  });
  expect(guest.errors?.owner).toMatch(/[Gg]uest/);
  rig.desk.followUps.refusal = 'Say why in 3 to 500 characters.';
  await submit(rig.sandbox, 'U0ALICE', view, {
    owner: { owner: { selected_user: null } },
    state: { state: { selected_option: { value: 'dropped' } } },
  });
  await modalWith(rig.sandbox, 'U0ALICE', /Say why in 3 to 500/);
  expect(rig.desk.followUps.changed).toMatchObject([{ owner: null, to: 'dropped' }]);
});

test('one is added by hand with the audit that proves it', async () => {
  const { rig, list } = await listed();
  await act(rig.sandbox, 'U0ALICE', list, 'follow-up.add');
  const view = await modalWith(rig.sandbox, 'U0ALICE', /Audit that proves it/);
  await submit(rig.sandbox, 'U0ALICE', view, {
    text: { text: { value: 'Give reports a quota' } },
    database: { database: { selected_option: { value: 'orders' } } },
    audit: { audit: { selected_option: { value: 'resource-quota' } } },
    due: { due: { selected_date: '2026-12-31' } },
  });
  await modalWith(rig.sandbox, 'U0ALICE', /FU-9 is added/);
  expect(rig.desk.followUps.added).toMatchObject([
    {
      text: 'Give reports a quota',
      database: 'orders',
      proofs: [{ audit: 'resource-quota', subject: null }],
      due: '2026-12-31',
      owner: null,
    },
  ]);
});

test('a window that is submitted once more, as its answer was lost, is one click; another window is another', async () => {
  const { rig, list } = await listed();
  const fill = { text: { text: { value: 'Give reports a quota' } } };
  await act(rig.sandbox, 'U0ALICE', list, 'follow-up.add');
  const view = await modalWith(rig.sandbox, 'U0ALICE', /Audit that proves it/);
  await Promise.all([1, 2].map(async () => submit(rig.sandbox, 'U0ALICE', view, fill)));
  await act(rig.sandbox, 'U0ALICE', list, 'follow-up.add');
  await submit(rig.sandbox, 'U0ALICE', await modalWith(rig.sandbox, 'U0ALICE', /Audit that proves it/), fill);
  const [first, again, other] = rig.desk.followUps.added.map(({ click }) => click);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('what came back and the weekly digest are told once in the channel, and call the owner of what is overdue', async () => {
  const { rig } = await listed();
  const before = rig.desk.followUps.events;
  const again = {
    type: 'follow-up.settled',
    id: 'FU-3',
    to: 'open',
    by: system,
    because:
      'Red again: statement-timeout (role report). It was green from 2026-11-29 09:00 UTC. It comes from INC-12.',
    reading: '2026-11-30T00:00:00.000Z',
  } as const;
  rig.desk.followUps.events = [
    [
      '2026-11-23T00:00:00.000Z',
      { type: 'follow-ups.digested', slot: '2026-11-23T00:00:00.000Z', today: '2026-11-23' },
    ],
    ...before,
    ['2026-11-30T00:00:00.000Z', again],
    [
      '2026-11-30T00:00:01.000Z',
      { type: 'follow-ups.digested', slot: '2026-11-30T00:00:00.000Z', today: '2026-11-30' },
    ],
  ];
  await render(rig);
  const all = await until('both are told', async () => {
    const messages = await posted(rig.sandbox);
    return messages.length === 2 && messages;
  });
  const back = all.find(({ key }) => key.startsWith('reopened:'))?.message;
  expect(back?.text).toMatch(/^Open again: FU-3\. Red again: .*INC-12/);
  expect(JSON.stringify(back?.blocks)).toContain('follow-up.edit');
  const digest = all.find(({ key }) => key.startsWith('digest:'))?.message;
  expect(digest?.text).toBe('Follow-ups: 3 open, 1 overdue, 0 done, 1 open again');
  expect(JSON.stringify(digest?.blocks)).toMatch(
    /Overdue \(1\).*"user_id":"U0ALICE".*Open again since the last digest \(1\)/,
  );
  await render(rig);
  expect(await posted(rig.sandbox)).toHaveLength(2);
});
