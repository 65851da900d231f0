import { describe, expect, test } from 'vitest';
import { FirebreakError } from '../../../src/domain/errors.ts';
import { signatureHeaders } from '../../../src/sandbox/slack/delivery/signature.ts';
import { attempt, plan, target, view } from '../fixtures.ts';
import {
  act,
  calls,
  posted,
  replay,
  type Shown,
  shown,
  told,
  type,
  until,
  write,
} from '../sandbox-control.ts';
import { type Rig, type RigOptions, renderAll, startRig } from '../support.ts';

/** A rig with one card on which people decide. */
async function withCard(
  card = attempt('kill', 'awaiting'),
  options: RigOptions = {},
): Promise<{ rig: Rig; card: Shown }> {
  const rig = await startRig(options);
  rig.desk.views.set('INC-1', view([card]));
  await renderAll(rig.bot);
  const message = (await posted(rig.sandbox)).at(-1)?.message;
  if (message === undefined) throw new Error('There is no card.');
  return { rig, card: message };
}

const answered = (rig: Rig, count = 1) =>
  until('the desk is asked', () => rig.desk.answers.length >= count && rig.desk.answers);

describe.each(['socket', 'http'] as const)('in %s mode', (mode) => {
  test('a click on Run reaches the desk with the plan, the selection and the person', async () => {
    const waiting = attempt('kill', 'awaiting');
    const { rig, card } = await withCard(waiting, { mode });
    expect(await act(rig.sandbox, 'U0ALICE', card, 'step.run')).toMatchObject({ ok: true });
    const [answer] = await answered(rig);
    expect(answer).toEqual({
      incidentId: 'INC-1',
      step: 'kill',
      attempt: 1,
      choice: 'run',
      hash: waiting.hash,
      selection: { targets: [target(1).id], choices: { how: 'terminate' } },
      to: null,
      by: { kind: 'person', id: 'U0ALICE', name: 'Alice Adams', via: 'slack' },
      click: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('a command is acknowledged and answered', async () => {
    const rig = await startRig({ mode });
    expect(await type(rig.sandbox, 'U0ALICE', 'help')).toMatchObject({ ok: true });
    await told(rig.sandbox, 'U0ALICE', /Databases: orders/);
  });

  test('a mention that is not understood is answered with the way to the help', async () => {
    const rig = await startRig({ mode });
    await write(rig.sandbox, 'U0ALICE', '<@U0SANDBOXBOT> close everything');
    await told(rig.sandbox, 'U0ALICE', /db-triage help lists/);
    expect(rig.desk.closed).toEqual([]);
  });
});

test('what is picked on the card is what the desk gets', async () => {
  const { rig, card } = await withCard();
  await act(rig.sandbox, 'U0ALICE', card, 'step.choice', { selected_option: { value: '0' } });
  await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  const [answer] = await answered(rig);
  expect(answer?.selection).toEqual({ targets: [target(1).id], choices: { how: 'cancel' } });
});

test('an untouched card means what it showed, even when the proposal changed under the same hash', async () => {
  const { rig, card } = await withCard();
  const changed = plan({ targets: [target(1, { selected: false }), target(2)] });
  const now = attempt('kill', 'awaiting', { plan: changed });
  rig.desk.views.set('INC-1', view([now]));
  await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  const [answer] = await answered(rig);
  expect(answer?.hash).toBe(now.hash);
  expect(answer?.selection?.targets).toEqual([target(1).id]);
});

test('a click on a plan that is gone selects nothing and carries the old hash', async () => {
  const old = attempt('kill', 'awaiting');
  const { rig, card } = await withCard(old);
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { plan: plan({ targets: [target(9)] }) })]));
  rig.desk.reply = { status: 'refused', reason: 'stale-plan', message: 'The plan has changed.' };
  await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  const [answer] = await answered(rig);
  expect(answer).toMatchObject({ hash: old.hash, selection: null });
  await told(rig.sandbox, 'U0ALICE', /The plan has changed\..*decide again/);
});

test.each(['skip', 'abort'] as const)('%s reaches the desk', async (choice) => {
  const { rig, card } = await withCard();
  await act(rig.sandbox, 'U0BOB', card, `step.${choice}`);
  expect((await answered(rig))[0]).toMatchObject({ choice, selection: null, to: null });
});

test('the ways on from a failed step reach the desk', async () => {
  const failed = attempt('kill', 'attention', {
    fault: { code: 'internal', message: 'm', hint: 'h', phase: 'execute' },
    verdict: { status: 'failed', evidence: 'e', series: [], milestone: null, goBackTo: 'suspend' },
  });
  const { rig, card } = await withCard(failed);
  for (const choice of ['retry', 'continue', 'back'])
    await act(rig.sandbox, 'U0ALICE', card, `step.${choice}`);
  const answers = await answered(rig, 3);
  expect(answers.map(({ choice, to }) => [choice, to])).toEqual([
    ['retry', null],
    ['continue', null],
    ['back', 'suspend'],
  ]);
});

test('a double click reaches the desk twice with two names, and the desk decides', async () => {
  const { rig, card } = await withCard();
  await Promise.all([
    act(rig.sandbox, 'U0ALICE', card, 'step.run'),
    act(rig.sandbox, 'U0ALICE', card, 'step.run'),
  ]);
  const answers = await answered(rig, 2);
  expect(answers[0]).toEqual({ ...answers[1], click: answers[0]?.click });
  expect(answers[0]?.click).not.toBe(answers[1]?.click);
});

test('a click that is delivered again has the same name, and nobody is told twice', async () => {
  const { rig, card } = await withCard();
  const { click } = await act(rig.sandbox, 'U0ALICE', card, 'step.run', { deliveries: 2 });
  const first = [...(await answered(rig, 2))];
  rig.desk.reply = { status: 'refused', reason: 'repeated', message: 'This click was answered before.' };
  expect(await replay(rig.sandbox, click)).toMatchObject({ ok: true });
  const answers = await answered(rig, 3);
  expect(new Set(answers.map((answer) => answer.click)).size).toBe(1);
  expect(first).toHaveLength(2);
  expect(await calls(rig.sandbox, 'chat.postEphemeral')).toEqual([]);
});

test.each([
  ['click', 'step.run'],
  ['command', null],
])('a %s is acknowledged when what it decides is durable, not before', async (_, action) => {
  const { rig, card } = await withCard();
  const durable = Promise.withResolvers<void>();
  rig.desk.before = () => durable.promise;
  const acknowledged =
    action === null ? type(rig.sandbox, 'U0ALICE', 'orders') : act(rig.sandbox, 'U0ALICE', card, action);
  let isAcknowledged = false;
  void acknowledged.then(() => {
    isAcknowledged = true;
  });
  await until('the desk is asked', () => rig.desk.asked > 0);
  // A second click on the same connections is answered meanwhile, so an early acknowledgement would be here too.
  await act(rig.sandbox, 'U0BOB', card, 'step.choice', { selected_option: { value: '0' } });
  expect(isAcknowledged).toBe(false);
  durable.resolve();
  expect(await acknowledged).toMatchObject({ ok: true });
});

test('a guest of the workspace is refused before the desk is asked', async () => {
  const { rig, card } = await withCard();
  await act(rig.sandbox, 'U0GUEST', card, 'step.run');
  await told(rig.sandbox, 'U0GUEST', /Guests cannot decide/);
  expect(rig.desk.answers).toEqual([]);
});

test('a recorded request of Slack is refused an hour later, although its signature is right', async () => {
  const { rig } = await withCard(undefined, { mode: 'http' });
  const body = new URLSearchParams({ payload: JSON.stringify({ type: 'block_actions' }) }).toString();
  const post = async (ageMs: number) =>
    fetch(`http://127.0.0.1:${rig.bot.port()}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...signatureHeaders(rig.sandbox.signingSecret, Date.now() - ageMs, body),
      },
      body,
    });
  expect((await post(60 * 60_000)).status).toBe(401);
  expect((await post(0)).status).not.toBe(401);
  expect(rig.desk.answers).toEqual([]);
});

test('a refusal is told with who may, as a mention, and with what to do', async () => {
  const { rig, card } = await withCard();
  const message = 'You may not decide on session actions. Ask <@U0ALICE>. <!channel>';
  rig.desk.reply = { status: 'refused', reason: 'not-allowed', message };
  await act(rig.sandbox, 'U0BOB', card, 'step.run');
  const blocks = await told(rig.sandbox, 'U0BOB', /You may not decide/);
  expect(blocks).toContain('"user_id":"U0ALICE"');
  expect(blocks).toContain('"text":". <!channel> ');
});

test('a stranger of another workspace is refused before the desk is asked', async () => {
  const { rig, card } = await withCard();
  await act(rig.sandbox, 'U0EVE', card, 'step.run');
  await told(rig.sandbox, 'U0EVE', /another workspace/);
  await type(rig.sandbox, 'U0EVE', 'orders');
  await until('the command is refused', async () => {
    const all = await shown(rig.sandbox);
    return all.filter(({ ephemeral_to }) => ephemeral_to === 'U0EVE').length === 2;
  });
  expect(rig.desk.answers).toEqual([]);
  expect(rig.desk.opened).toEqual([]);
});

test('a failure is told with a reference, and the next click works', async () => {
  const { rig, card } = await withCard();
  rig.desk.fail = new FirebreakError('state-unavailable', 'The state database cannot be used.', {
    hint: 'Wait.',
  });
  expect(await act(rig.sandbox, 'U0ALICE', card, 'step.run')).toMatchObject({ ok: true });
  await told(
    rig.sandbox,
    'U0ALICE',
    /nothing was done.* The state database cannot be used\. Wait\..*Reference for the log: [0-9a-f]{8}/,
  );
  rig.desk.fail = null;
  await act(rig.sandbox, 'U0ALICE', card, 'step.run');
  await answered(rig);
});

test('Close on the parent closes the incident', async () => {
  const { rig } = await withCard();
  const parent = (await posted(rig.sandbox))[0]?.message;
  if (parent === undefined) throw new Error('There is no parent.');
  await act(rig.sandbox, 'U0ALICE', parent, 'incident.close');
  await until('the desk is asked', () => rig.desk.closed.length === 1);
});
