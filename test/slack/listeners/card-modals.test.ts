import { expect, test } from 'vitest';
import { cardHash } from '../../../src/domain/card-hash.ts';
import type { StepAttempt } from '../../../src/domain/incident.ts';
import { ALICE, AT, attempt, cause, HOSTILE, plan, target, view } from '../fixtures.ts';
import {
  act,
  modalOf,
  modalWith,
  posted,
  type Shown,
  type ShownView,
  submit,
  until,
} from '../sandbox-control.ts';
import { type Rig, renderAll, startRig } from '../support.ts';

/** A rig with one card that waits for a decision, and the modal that a button of it opens. */
async function opened(
  button: string,
  card: StepAttempt,
  over: Parameters<typeof view>[1] = {},
): Promise<{ rig: Rig; card: Shown; modal: ShownView }> {
  const rig = await startRig();
  rig.desk.views.set('INC-1', view([card], over));
  await renderAll(rig.bot);
  const message = (await posted(rig.sandbox)).at(-1)?.message;
  if (message === undefined) throw new Error('There is no card.');
  await act(rig.sandbox, 'U0ALICE', message, button);
  const modal = await until('the modal has its content', async () => {
    const shown = await modalOf(rig.sandbox, 'U0ALICE');
    return shown !== undefined && shown.callback_id !== 'loading' && shown;
  });
  return { rig, card: message, modal };
}

const picked = (...positions: number[]) => ({
  targets: { 'step.targets': { selected_options: positions.map((value) => ({ value: String(value) })) } },
});
const wordsOf = (modal: ShownView) => JSON.stringify(modal.blocks);

test('the chosen targets reach the desk with what the card showed, and nothing runs', async () => {
  const waiting = attempt('kill', 'awaiting');
  const { rig, modal } = await opened('step.targets', waiting);
  expect(wordsOf(modal)).toContain('"type":"checkboxes"');
  expect(wordsOf(modal)).toContain('protected: replication');
  expect(wordsOf(modal)).toContain('"initial_options":[{"text":{"type":"plain_text","text":"pid 4701');
  await submit(rig.sandbox, 'U0ALICE', modal, picked(1));
  const [answer] = await until('the desk is asked', () => rig.desk.answers.length > 0 && rig.desk.answers);
  expect(answer).toMatchObject({
    choice: 'targets',
    step: 'kill',
    attempt: 1,
    hash: waiting.hash,
    selection: { targets: [target(2).id] },
    by: { id: 'U0ALICE' },
    click: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(await modalOf(rig.sandbox, 'U0ALICE')).toBeUndefined();
});

test('more than ten targets are chosen from a menu that can be searched', async () => {
  const targets = Array.from({ length: 40 }, (_, index) => target(index));
  const { rig, modal } = await opened(
    'step.targets',
    attempt('kill', 'awaiting', { plan: plan({ targets }) }),
  );
  expect(wordsOf(modal)).toContain('"type":"multi_static_select"');
  await submit(rig.sandbox, 'U0ALICE', modal, picked(39, 11));
  const [answer] = await until('the desk is asked', () => rig.desk.answers.length > 0 && rig.desk.answers);
  expect(answer?.selection?.targets).toEqual([target(11).id, target(39).id]);
});

test('targets that are gone or protected by now are refused at the field, with what changed', async () => {
  const { rig, modal } = await opened('step.targets', attempt('kill', 'awaiting'));
  rig.desk.world = {
    status: 'changed',
    changes: ['pid 4701: it is left alone now. Role admin is protected.'],
  };
  const refused = await submit(rig.sandbox, 'U0ALICE', modal, picked(0, 1));
  expect(refused).toMatchObject({
    response_action: 'errors',
    errors: { targets: expect.stringContaining('pid 4701: it is left alone now. Role admin is protected.') },
  });
  expect(rig.desk.answers).toEqual([]);
  rig.desk.world = { status: 'same' };
  await submit(rig.sandbox, 'U0ALICE', modal, picked(1));
  await until('the desk is asked', () => rig.desk.answers.length === 1);
});

test('a world that cannot be read keeps nobody from choosing, and the modal says so', async () => {
  const { rig, modal } = await opened('step.targets', attempt('kill', 'awaiting'));
  rig.desk.world = { status: 'unread', why: 'There was no answer in time.' };
  await submit(rig.sandbox, 'U0ALICE', modal, picked(1));
  await modalWith(rig.sandbox, 'U0ALICE', /could not be looked at again now: There was no answer in time/);
  expect(rig.desk.answers).toHaveLength(1);
});

test('a refusal is told in the modal, with who may as a mention', async () => {
  const { rig, modal } = await opened('step.targets', attempt('kill', 'awaiting'));
  const message = 'You may not decide on session actions. Ask <@U0BOB>.';
  rig.desk.reply = { status: 'refused', reason: 'not-allowed', message };
  await submit(rig.sandbox, 'U0ALICE', modal, picked(1));
  await modalWith(rig.sandbox, 'U0ALICE', /You may not decide.*"user_id":"U0BOB"/);
});

test('a submission for a card that changed meanwhile names no target of the new plan', async () => {
  const old = attempt('kill', 'awaiting');
  const { rig, modal } = await opened('step.targets', old);
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { plan: plan({ targets: [target(9)] }) })]));
  await submit(rig.sandbox, 'U0ALICE', modal, picked(0));
  const [answer] = await until('the desk is asked', () => rig.desk.answers.length > 0 && rig.desk.answers);
  expect(answer).toMatchObject({ hash: old.hash, selection: null });
});

test('a click on a card that is not the present one opens no choice', async () => {
  const { rig, card } = await opened('step.targets', attempt('kill', 'awaiting'));
  const chosen = { targets: [target(2).id], by: ALICE, at: AT, turn: 1 };
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { chosen })]));
  await act(rig.sandbox, 'U0ALICE', card, 'step.targets');
  await modalWith(rig.sandbox, 'U0ALICE', /The card has changed since/);
});

test('Run on a card with chosen targets carries them, and the name of that card', async () => {
  const rig = await startRig();
  const chosen = { targets: [target(2).id], by: ALICE, at: AT, turn: 1 };
  const waiting = attempt('kill', 'awaiting', { chosen });
  rig.desk.views.set('INC-1', view([waiting]));
  await renderAll(rig.bot);
  const card = (await posted(rig.sandbox)).at(-1)?.message;
  if (card === undefined) throw new Error('There is no card.');
  await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  const [answer] = await until('the desk is asked', () => rig.desk.answers.length > 0 && rig.desk.answers);
  expect(answer).toMatchObject({ hash: cardHash(waiting), selection: { targets: [target(2).id] } });
  expect(answer?.hash).not.toBe(waiting.hash);
});

test('the exact statement is shown whole, as text', async () => {
  const text = `SELECT 1 -- ${HOSTILE}\n${'x'.repeat(4000)} END`;
  const commands = [1, 2].map(() => ({ label: 'pg_cancel_backend', language: 'sql' as const, text }));
  const { modal } = await opened('step.statement', attempt('kill', 'awaiting', { plan: plan({ commands }) }));
  const words = wordsOf(modal);
  expect(words).toContain('pg_cancel_backend (2 times)');
  expect(words).toContain('x END');
  expect(words).not.toContain('mrkdwn');
  expect(words).toContain('rich_text_preformatted');
});

test('Explain shows the evidence behind cause, culprit and targets', async () => {
  const found = cause({ evidence: ['It runs 8 long queries.'], settles: ['Its plan.'] });
  const { modal } = await opened('incident.explain', attempt('kill', 'awaiting'), { causes: [found] });
  const words = wordsOf(modal);
  for (const one of [
    'Analytical query holds the pool',
    'It runs 8 long queries.',
    'Its plan.',
    'CronJob analytics/report-generator',
    'owner chain (strong evidence)',
    '2 of 2: It holds a connection',
    'SELECT * FROM orders',
  ])
    expect(words).toContain(one);
});

test('Why not answers for what will not help, and for the steps that are for other causes', async () => {
  const found = cause({ kind: 'batch', wontHelp: ['More connections: the CPU is the bottleneck.'] });
  const shown = view([attempt('kill', 'awaiting')], { causes: [found] });
  const steps = shown.incident.runs[0]?.runbook.steps ?? [];
  const [diagnose, suspend, kill] = steps;
  if (diagnose === undefined || suspend === undefined || kill === undefined) throw new Error('No steps.');
  const rig = await startRig();
  const other = { ...suspend, for: ['lock-queue'] };
  const runs = shown.incident.runs.map((run) => ({
    ...run,
    runbook: { ...run.runbook, steps: [diagnose, other, kill] },
  }));
  rig.desk.views.set('INC-1', { ...shown, incident: { ...shown.incident, runs } });
  await renderAll(rig.bot);
  const parent = (await posted(rig.sandbox))[0]?.message;
  if (parent === undefined) throw new Error('There is no parent.');
  await act(rig.sandbox, 'U0ALICE', parent, 'incident.why-not');
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /More connections: the CPU is the bottleneck/);
  expect(wordsOf(modal)).toContain('“Suspend the CronJob”: for another cause (lock-queue)');
});
