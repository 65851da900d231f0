import { setTimeout as delay } from 'node:timers/promises';
import type { types } from '@slack/bolt';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FirebreakError } from '../../../src/domain/errors.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { clientOptions } from '../../../src/slack/app/client-options.ts';
import { createBoltApp } from '../../../src/slack/app/create-app.ts';
import { createDualSocketReceiver } from '../../../src/slack/app/dual-socket-receiver.ts';
import { preflight } from '../../../src/slack/app/preflight.ts';
import { WatchedClient } from '../../../src/slack/app/watched-client.ts';
import { encodeClick } from '../../../src/slack/blocks/click-value.ts';
import { modal } from '../../../src/slack/blocks/modal.ts';
import { createArrivals } from '../../../src/slack/doctor/arrivals.ts';
import { createHealth } from '../../../src/slack/health/health.ts';
import { readClick } from '../../../src/slack/listeners/click.ts';
import type { ListenerContext } from '../../../src/slack/listeners/context.ts';
import { openModal } from '../../../src/slack/listeners/modal.ts';
import { createPeople } from '../../../src/slack/listeners/people.ts';
import { registerView } from '../../../src/slack/listeners/register-view.ts';
import type { Submission } from '../../../src/slack/listeners/submission.ts';
import { tell } from '../../../src/slack/listeners/tell.ts';
import type { ViewAnswer } from '../../../src/slack/listeners/view-listener.ts';
import { CHANNEL } from '../../support/channel.ts';
import { createMemoryMessages } from '../../support/memory-chat.ts';
import { createScriptedAudits } from '../audit-fixtures.ts';
import { createScriptedLive } from '../live-fixtures.ts';
import {
  act,
  calls,
  closeModal,
  fault,
  modalOf,
  modalWith,
  replay,
  type Shown,
  shown,
  submit,
  told,
  until,
} from '../sandbox-control.ts';
import { createDesk, createScriptedWatchdog, startSandbox } from '../support.ts';

const input = (block: string, element: types.InputBlock['element']): types.InputBlock => ({
  type: 'input',
  block_id: block,
  optional: true,
  label: { type: 'plain_text', text: block },
  element,
});

/** A modal with one element of each kind that is read. */
const form = (): types.ModalView =>
  modal({
    id: 'test.form',
    title: 'A title that is longer than Slack allows',
    submit: 'Save',
    metadata: { incident: 'INC-1' },
    blocks: [
      input('why', { type: 'plain_text_input', action_id: 'v' }),
      input('who', { type: 'users_select', action_id: 'v' }),
      input('whom', { type: 'multi_users_select', action_id: 'v' }),
      input('what', {
        type: 'multi_static_select',
        action_id: 'v',
        options: ['a', 'b'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
      }),
    ],
  });

interface Stage {
  readonly sandbox: SlackSandbox;
  readonly button: Shown;
  /** What reads the content of the modal. */
  content: () => Promise<types.ModalView>;
  answer: (submission: Submission) => Promise<ViewAnswer>;
}

/** The production app with one button that opens the form. */
async function startStage(): Promise<Stage> {
  const sandbox = await startSandbox();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = {
    now: () => new Date(),
    steady: () => performance.now(),
    sleep: async (ms: number, signal: AbortSignal) => {
      await delay(ms, undefined, { signal });
    },
  };
  const config = {
    mode: 'socket' as const,
    apiUrl: sandbox.apiUrl,
    channel: CHANNEL,
    botToken: new Secret(sandbox.botToken),
    appToken: new Secret(sandbox.appToken),
    signingSecret: null,
  };
  const health = createHealth(clock);
  const client = new WatchedClient(sandbox.botToken, clientOptions(config, logger, fetch), health);
  const identity = await preflight(client, CHANNEL);
  const context: ListenerContext = {
    desk: createDesk(),
    live: createScriptedLive(),
    drills: { recent: async () => [] },
    charts: null,
    timeZone: 'UTC',
    audits: createScriptedAudits(),
    doctor: { run: async () => ({ at: '', ok: true, results: [] }) },
    arrivals: createArrivals(() => new Date()),
    watchdog: createScriptedWatchdog(),
    clock,
    home: { opened: async () => undefined },
    messages: createMemoryMessages(),
    client,
    fetch,
    identity,
    people: createPeople(client, identity.teamId, clock, logger),
    channel: CHANNEL,
    logger,
  };
  const link = createDualSocketReceiver(config, { logger, fetch }, health);
  const { app } = await createBoltApp(config, link, context);
  const value = encodeClick({ i: 'INC-1', s: '', a: 0, h: null, t: null });
  const elements = [
    {
      type: 'button' as const,
      action_id: 'test.open',
      text: { type: 'plain_text' as const, text: 'Open' },
      value,
    },
  ];
  await client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [{ type: 'actions', elements }] });
  const button = (await shown(sandbox))[0];
  if (button === undefined) throw new Error('There is no button.');
  const stage: Stage = { sandbox, button, content: async () => form(), answer: async () => 'close' };
  app.action('test.open', async ({ ack, body }) => {
    const click = readClick(body);
    const opener = { triggerId: click.triggerId, acknowledge: async () => ack() };
    const sentence = await openModal(context, opener, 'Form', async () => stage.content());
    if (sentence !== null) await tell(context, click.whereabouts, sentence);
  });
  registerView(app, context, { id: 'test.form', handle: async (_, submission) => stage.answer(submission) });
  await app.start();
  onTestFinished(async () => {
    await link.stop();
  });
  return stage;
}

const click = async ({ sandbox, button }: Stage) => act(sandbox, 'U0ALICE', button, 'test.open');

test('a modal opens at once and shows its content when that is there, long after the click is acknowledged', async () => {
  const stage = await startStage();
  const read = Promise.withResolvers<types.ModalView>();
  stage.content = () => read.promise;
  expect(await click(stage)).toMatchObject({ ok: true });
  expect(await modalOf(stage.sandbox, 'U0ALICE')).toMatchObject({ callback_id: 'loading' });
  read.resolve(form());
  await modalWith(stage.sandbox, 'U0ALICE', /plain_text_input/);
  const [updated] = await calls(stage.sandbox, 'views.update');
  expect(updated?.args.hash).toMatch(/./);
});

test('what cannot be read is told in the modal, with a reference for the log', async () => {
  const stage = await startStage();
  stage.content = async () => {
    throw new FirebreakError('state-unavailable', 'The state database cannot be used.', { hint: 'Wait.' });
  };
  await click(stage);
  await modalWith(
    stage.sandbox,
    'U0ALICE',
    /The state database cannot be used.*Reference for the log: [0-9a-f]{8}/,
  );
});

test('a modal that was closed while its content was read stays closed', async () => {
  const stage = await startStage();
  const read = Promise.withResolvers<types.ModalView>();
  stage.content = () => read.promise;
  await click(stage);
  const loading = await modalWith(stage.sandbox, 'U0ALICE', /reading/);
  await closeModal(stage.sandbox, 'U0ALICE', loading);
  read.resolve(form());
  await until('the update is refused', async () => (await calls(stage.sandbox, 'views.update')).length === 1);
  expect(await modalOf(stage.sandbox, 'U0ALICE')).toBeUndefined();
  expect(await calls(stage.sandbox, 'chat.postEphemeral')).toEqual([]);
});

test('a click that came too late is told so, and the same click delivered again opens nothing more', async () => {
  const stage = await startStage();
  await fault(stage.sandbox, { method: 'views.open', error: 'expired_trigger_id', times: 1 });
  const { click: name } = await click(stage);
  await told(stage.sandbox, 'U0ALICE', /Nothing was done: click again/);
  expect((await click(stage)).ok).toBe(true);
  await modalWith(stage.sandbox, 'U0ALICE', /plain_text_input/);
  await replay(stage.sandbox, name);
  const again = await act(stage.sandbox, 'U0ALICE', stage.button, 'test.open', { deliveries: 2 });
  expect(again.ok).toBe(true);
  await until('both are answered', async () => (await calls(stage.sandbox, 'views.open')).length >= 5);
  const all = await shown(stage.sandbox);
  expect(all.filter(({ ephemeral_to }) => ephemeral_to !== undefined)).toHaveLength(1);
});

test('what was entered reaches the listener, and once more under the same name when it is delivered twice', async () => {
  const stage = await startStage();
  const seen: Submission[] = [];
  stage.answer = async (submission) => {
    seen.push(submission);
    return 'close';
  };
  await click(stage);
  const view = await modalWith(stage.sandbox, 'U0ALICE', /plain_text_input/);
  const values = {
    why: { v: { value: '  because  ' } },
    who: { v: { selected_user: 'U0BOB' } },
    whom: { v: { selected_users: ['U0BOB', 'U0EVE'] } },
    what: { v: { selected_options: [{ value: 'b' }] } },
  };
  expect(await submit(stage.sandbox, 'U0ALICE', view, values, 2)).toMatchObject({ ok: true });
  await until('both deliveries are handled', () => seen.length === 2);
  const [first, second] = seen;
  expect(first?.id).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.id).toBe(first?.id);
  expect(first?.by).toEqual({ id: 'U0ALICE', teamId: 'T0SANDBOX', name: 'alice' });
  expect(first?.metadata(z.object({ incident: z.string() }))).toEqual({ incident: 'INC-1' });
  expect(first?.text('why')).toBe('because');
  expect(first?.people('who')).toEqual(['U0BOB']);
  expect(first?.people('whom')).toEqual(['U0BOB', 'U0EVE']);
  expect(first?.options('what')).toEqual(['b']);
  expect([first?.text('none'), first?.people('none')]).toEqual(['', []]);
  expect(await modalOf(stage.sandbox, 'U0ALICE')).toBeUndefined();

  await click(stage);
  const next = await modalWith(stage.sandbox, 'U0ALICE', /plain_text_input/);
  await submit(stage.sandbox, 'U0ALICE', next, values);
  expect(seen[2]?.id).not.toBe(first?.id);
});

test('a submission is answered with errors at its fields, with another view, or with the failure', async () => {
  const stage = await startStage();
  await click(stage);
  const view = await modalWith(stage.sandbox, 'U0ALICE', /plain_text_input/);
  stage.answer = async () => ({ errors: { why: 'Say why.' } });
  const refused = await submit(stage.sandbox, 'U0ALICE', view);
  expect(refused).toMatchObject({ response_action: 'errors', errors: { why: 'Say why.' } });
  stage.answer = async (submission) => {
    submission.metadata(z.object({ other: z.string() }));
    return 'close';
  };
  expect(await submit(stage.sandbox, 'U0ALICE', view)).toMatchObject({ response_action: 'update' });
  await modalWith(stage.sandbox, 'U0ALICE', /Firebreak failed at that.*Reference for the log/);
});
