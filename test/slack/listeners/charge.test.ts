import { expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import { CHANNEL } from '../../support/channel.ts';
import { attempt, view } from '../fixtures.ts';
import {
  act,
  fault,
  modalOf,
  modalWith,
  posted,
  type Shown,
  submit,
  told,
  until,
} from '../sandbox-control.ts';
import { type Rig, renderAll, startRig, startSandbox } from '../support.ts';

const ALICE = { kind: 'person', id: 'U0ALICE', name: 'Alice Adams', via: 'slack' } as const;
const BOB = { kind: 'person', id: 'U0BOB', name: 'Bob Brown', via: 'slack' } as const;
const AT = '2026-11-15T14:25:00.000Z';

/** A parent message, and Carol who is of this workspace but not in the incident channel. */
async function withParent(over: Partial<Incident> = {}): Promise<{ rig: Rig; parent: Shown }> {
  const sandbox = await startSandbox({
    users: [
      { id: 'U0ALICE', name: 'alice', realName: 'Alice Adams' },
      { id: 'U0BOB', name: 'bob', realName: 'Bob Brown' },
      { id: 'U0CAROL', name: 'carol', realName: 'Carol Clark' },
      { id: 'U0EVE', name: 'eve', realName: 'Eve Else', teamId: 'T0OTHER' },
      { id: 'U0GUEST', name: 'guest', realName: 'Gus Guest', isGuest: true },
    ],
    channels: [{ id: CHANNEL, name: 'incidents', members: ['U0ALICE', 'U0BOB', 'U0EVE', 'U0GUEST'] }],
  });
  const rig = await startRig({ sandbox });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')], over));
  await renderAll(rig.bot);
  const parent = (await posted(sandbox))[0]?.message;
  if (parent === undefined) throw new Error('There is no parent.');
  return { rig, parent };
}

const people = (...ids: string[]) => ({
  people: { to: { selected_user: ids[0] }, who: { selected_users: ids } },
});

test('Take charge puts whoever clicks in charge, in place of whom the screen shows', async () => {
  const { rig, parent } = await withParent();
  expect(JSON.stringify(parent.blocks)).toContain('nobody yet');
  await act(rig.sandbox, 'U0ALICE', parent, 'charge.take');
  await until('the desk is asked', () => rig.desk.charged.length === 1);
  expect(rig.desk.charged[0]).toMatchObject({ type: 'take-charge', by: ALICE, from: null });

  const taken = await withParent({ lead: { who: ALICE, since: AT } });
  await act(taken.rig.sandbox, 'U0BOB', taken.parent, 'charge.take');
  await until('the desk is asked', () => taken.rig.desk.charged.length === 1);
  expect(taken.rig.desk.charged[0]).toMatchObject({ by: BOB, from: 'U0ALICE', click: expect.any(String) });
});

test('a refusal is told privately, and guests and strangers are refused before the desk is asked', async () => {
  const { rig, parent } = await withParent();
  await act(rig.sandbox, 'U0GUEST', parent, 'charge.take');
  await told(rig.sandbox, 'U0GUEST', /Guests cannot/);
  await act(rig.sandbox, 'U0EVE', parent, 'charge.take');
  await told(rig.sandbox, 'U0EVE', /another workspace/);
  expect(rig.desk.charged).toEqual([]);
  rig.desk.reply = { status: 'refused', reason: 'stale-card', message: 'Alice Adams is in charge now.' };
  await act(rig.sandbox, 'U0BOB', parent, 'charge.take');
  await told(rig.sandbox, 'U0BOB', /Alice Adams is in charge now/);
});

test('whoever is in charge hands over to the person picked, once, though the submission comes twice', async () => {
  const { rig, parent } = await withParent({ lead: { who: ALICE, since: AT } });
  await act(rig.sandbox, 'U0ALICE', parent, 'charge.hand-over');
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /Who takes charge/);
  expect(modal.private_metadata).toBe('{"i":"INC-1"}');
  expect(await submit(rig.sandbox, 'U0ALICE', modal, people('U0BOB'), 2)).toMatchObject({ ok: true });
  await until('both deliveries reach the desk', () => rig.desk.charged.length === 2);
  const [first, second] = rig.desk.charged;
  expect(first).toMatchObject({
    type: 'hand-over',
    by: ALICE,
    to: BOB,
    click: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(second).toEqual(first);
  expect(await modalOf(rig.sandbox, 'U0ALICE')).toBeUndefined();
});

test('somebody who is not in charge is told who is, instead of being asked whom to hand over to', async () => {
  const { rig, parent } = await withParent({ lead: { who: ALICE, since: AT } });
  await act(rig.sandbox, 'U0BOB', parent, 'charge.hand-over');
  await modalWith(rig.sandbox, 'U0BOB', /Alice Adams is in charge\. Take over before you hand over/);
});

test.each([
  ['a guest', 'U0GUEST', /Gus Guest is a guest/],
  ['a stranger', 'U0EVE', /Eve Else belongs to another workspace/],
  ['a bot', 'U0SANDBOXBOT', /firebreak is an app/],
  ['nobody of the channel', 'U0CAROL', /Not in the incident channel: Carol Clark\. Invite them/],
])('%s cannot be picked', async (_, id, problem) => {
  const { rig, parent } = await withParent();
  await act(rig.sandbox, 'U0ALICE', parent, 'responders.add');
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /Who is needed/);
  const answer = await submit(rig.sandbox, 'U0ALICE', modal, people('U0BOB', id));
  expect(answer.response_action).toBe('errors');
  expect(answer.errors?.people).toMatch(problem);
  expect(rig.desk.charged).toEqual([]);
  await submit(rig.sandbox, 'U0ALICE', modal, people('U0BOB'));
  await until('the desk is asked', () => rig.desk.charged.length === 1);
  expect(rig.desk.charged[0]).toMatchObject({ type: 'add-responders', by: ALICE, who: [BOB] });
});

test('a profile that cannot be read is no person, and members that cannot be read hold nobody up', async () => {
  const { rig, parent } = await withParent();
  await act(rig.sandbox, 'U0ALICE', parent, 'responders.add');
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /Who is needed/);
  await fault(rig.sandbox, { method: 'users.info', error: 'internal_error', times: 1, skip: 1 });
  const refused = await submit(rig.sandbox, 'U0ALICE', modal, people('U0BOB'));
  expect(refused.errors?.people).toMatch(/Slack did not say who that is/);
  await fault(rig.sandbox, { method: 'conversations.members', error: 'missing_scope', times: 1 });
  await submit(rig.sandbox, 'U0ALICE', modal, people('U0BOB', 'U0CAROL'));
  await until('the desk is asked', () => rig.desk.charged.length === 1);
});

test('the thread mentions whom it concerns, and the parent names who is in charge', async () => {
  const { rig } = await withParent();
  rig.desk.views.set(
    'INC-1',
    view([attempt('kill', 'awaiting')], {
      lead: { who: BOB, since: AT },
      responders: [ALICE],
      chargeNotes: [{ kind: 'handed-over', by: ALICE, to: [BOB], at: AT }],
    }),
  );
  await renderAll(rig.bot);
  const messages = await posted(rig.sandbox);
  const note = messages.find(({ key }) => key === 'charge:1')?.message;
  expect(note?.thread_ts).toBe(messages[0]?.message.ts);
  expect(note?.text).toBe('Alice Adams handed the incident over to Bob Brown');
  expect(JSON.stringify(note?.blocks)).toContain('"user_id":"U0BOB"');
  expect(JSON.stringify(messages[0]?.message.blocks)).toMatch(
    /In charge: .*"user_id":"U0BOB".*with .*"user_id":"U0ALICE"/,
  );
  await renderAll(rig.bot);
  expect((await posted(rig.sandbox)).filter(({ key }) => key === 'charge:1')).toHaveLength(1);
});
