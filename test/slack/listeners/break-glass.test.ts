import { expect, test } from 'vitest';
import type { Refusal } from '../../../src/domain/command.ts';
import { attempt, plan, target, view } from '../fixtures.ts';
import {
  act,
  modalOf,
  modalWith,
  posted,
  type Shown,
  shown,
  submit,
  told,
  until,
} from '../sandbox-control.ts';
import { type Rig, renderAll, startRig } from '../support.ts';

const REFUSED: { status: 'refused' } & Refusal = {
  status: 'refused',
  reason: 'not-allowed',
  message: 'You may not decide on session actions. Ask <!subteam^S0DBA>: <@U0ALICE>.',
  mayForce: true,
};
const BOB = { kind: 'person', id: 'U0BOB', name: 'Bob Brown', via: 'slack' } as const;
const why = (value: string) => ({ reason: { reason: { value } } });

/** Bob was refused on a card that shows the second target as chosen; the private answer is what he sees. */
async function refusedBob(): Promise<{ rig: Rig; answer: Shown; card: ReturnType<typeof attempt> }> {
  const rig = await startRig();
  const card = attempt('kill', 'awaiting', {
    plan: plan({ targets: [target(1, { selected: false }), target(2)] }),
  });
  rig.desk.views.set('INC-1', view([card]));
  await renderAll(rig.bot);
  const message = (await posted(rig.sandbox)).at(-1)?.message;
  if (message === undefined) throw new Error('There is no card.');
  rig.desk.reply = REFUSED;
  await act(rig.sandbox, 'U0BOB', message, 'step.run');
  await told(rig.sandbox, 'U0BOB', /You may not decide/);
  const answer = (await shown(rig.sandbox)).findLast(({ ephemeral_to }) => ephemeral_to === 'U0BOB');
  if (answer === undefined) throw new Error('Bob was told nothing.');
  return { rig, answer, card };
}

test('a refusal names group and people as mentions, and offers to break the glass to whom it is for', async () => {
  const { rig, answer } = await refusedBob();
  const blocks = JSON.stringify(answer.blocks);
  expect(blocks).toContain('"usergroup_id":"S0DBA"');
  expect(blocks).toContain('"user_id":"U0ALICE"');
  expect(blocks).toContain('step.break-glass');
  const { mayForce: _, ...plainly } = REFUSED;
  rig.desk.reply = plainly;
  const card = (await posted(rig.sandbox)).at(-1)?.message;
  if (card !== undefined) await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  expect(await told(rig.sandbox, 'U0ALICE', /You may not decide/)).not.toContain('step.break-glass');
});

test('with a reason it forces just what was picked, on the plan that was shown, once', async () => {
  const { rig, answer, card } = await refusedBob();
  await act(rig.sandbox, 'U0BOB', answer, 'step.break-glass');
  const modal = await modalWith(rig.sandbox, 'U0BOB', /Why you decide this without being on the list/);
  expect(JSON.stringify(modal.blocks)).toContain(target(2).label);
  expect(JSON.stringify(modal.blocks)).not.toContain(target(1).label);
  expect((await submit(rig.sandbox, 'U0BOB', modal, why('short'))).errors).toBeDefined();
  rig.desk.reply = { status: 'accepted' };
  const submitted = await submit(rig.sandbox, 'U0BOB', modal, why('Nobody of the list answers.'), 2);
  expect(submitted.ok).toBe(true);
  await until('the desk is asked', () => rig.desk.answers.length === 3);
  const [, forced, again] = rig.desk.answers;
  expect(forced).toMatchObject({
    choice: 'run',
    hash: card.hash,
    selection: { targets: [target(2).id] },
    by: BOB,
    breakGlass: { reason: 'Nobody of the list answers.' },
    click: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(again).toEqual(forced);
  expect(await modalOf(rig.sandbox, 'U0BOB')).toBeUndefined();
});

test('on a card that has changed it asks for no reason, and a refusal is told in the modal', async () => {
  const { rig, answer } = await refusedBob();
  await act(rig.sandbox, 'U0BOB', answer, 'step.break-glass');
  const modal = await modalWith(rig.sandbox, 'U0BOB', /Why you decide/);
  await submit(rig.sandbox, 'U0BOB', modal, why('Nobody of the list answers.'));
  await modalWith(rig.sandbox, 'U0BOB', /You may not decide on session actions/);
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { plan: plan({ targets: [target(9)] }) })]));
  await act(rig.sandbox, 'U0BOB', answer, 'step.break-glass');
  await modalWith(rig.sandbox, 'U0BOB', /The card has changed since you clicked/);
});

test('what was forced is loud: on the card, on the parent, and to the whole channel', async () => {
  const rig = await startRig();
  const at = '2026-11-15T14:25:00.000Z';
  const reason = 'Nobody of the list answers. <!channel>';
  const decision = { by: BOB, at, selection: { targets: [], choices: {} }, breakGlass: { reason } };
  const forced = [{ by: BOB, at, reason, what: 'ran "Kill"' }];
  rig.desk.views.set('INC-1', view([attempt('kill', 'executing', { decision })], { forced }));
  await renderAll(rig.bot);
  const messages = new Map((await posted(rig.sandbox)).map(({ key, message }) => [key, message]));
  const broadcast = messages.get('break-glass:1');
  expect(broadcast).toMatchObject({ reply_broadcast: true, thread_ts: messages.get('parent')?.ts });
  expect(broadcast?.text).toContain('Bob Brown, who is not on the list, ran "Kill"');
  expect(broadcast?.text).not.toContain('<!channel>');
  for (const key of ['parent', 'step:kill:1']) {
    expect(JSON.stringify(messages.get(key)?.blocks).toLowerCase()).toMatch(/break-glass.*not on the list/);
  }
});
