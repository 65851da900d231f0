import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import {
  ALICE,
  BOB,
  buttonBlocks,
  clientOf,
  control,
  INCIDENTS,
  messagesOf,
  startHttpApp,
  startSocketApp,
  startTestSandbox,
  until,
} from './harness.ts';

const text = (value: string) => ({ type: 'plain_text' as const, text: value });

function modal(title: string) {
  return {
    type: 'modal' as const,
    callback_id: 'triage',
    title: text(title),
    submit: text('Go'),
    blocks: [
      {
        type: 'input' as const,
        block_id: 'why',
        label: text('Why'),
        element: { type: 'plain_text_input' as const, action_id: 'reason' },
      },
      {
        type: 'input' as const,
        block_id: 'who',
        optional: true,
        label: text('Who'),
        element: { type: 'external_select' as const, action_id: 'pick', min_query_length: 0 },
      },
    ],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: payloads are asserted member by member
type Json = any;

/** What the app under test saw, by kind. */
type Seen = Record<string, Json>;

function register(seen: Seen) {
  return (app: App) => {
    app.action('approve', async ({ ack, body, respond }) => {
      await ack();
      seen.action = body;
      await respond({ response_type: 'ephemeral', text: 'noted' });
    });
    app.command('/db-triage', async ({ ack, body, client }) => {
      await ack({ response_type: 'in_channel', text: `triage of ${body.text}` });
      seen.command = body;
      await client.views.open({ trigger_id: body.trigger_id, view: modal('Triage') });
    });
    app.options('pick', async ({ ack, payload }) => {
      await ack({ options: [{ text: text(`for ${payload.value}`), value: 'v' }] });
    });
    app.view('triage', async ({ ack, body, view }) => {
      seen.submission = body;
      const reason = view.state.values.why?.reason?.value ?? '';
      if (reason === 'bad') await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
      else await ack();
    });
    app.event('app_mention', async ({ event, body }) => {
      seen.mention = { event, body };
    });
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({
        user_id: event.user,
        view: { type: 'home', blocks: [{ type: 'header', text: text('Home') }] },
      });
    });
    app.shortcut('declare', async ({ ack, body }) => {
      await ack();
      seen.shortcut = body;
    });
    app.shortcut('timeline', async ({ ack, body }) => {
      await ack();
      seen.messageAction = body;
    });
  };
}

describe.each(['socket', 'http'] as const)('a Bolt app on %s', (mode) => {
  let sandbox: SlackSandbox;
  let app: App;
  let seen: Seen;

  beforeEach(async () => {
    seen = {};
    sandbox = await startTestSandbox();
    app = await (mode === 'socket' ? startSocketApp : startHttpApp)(sandbox, register(seen));
  });
  afterEach(async () => {
    await app.stop();
    await sandbox.stop();
  });

  const post = () =>
    clientOf(sandbox).chat.postMessage({ channel: INCIDENTS, text: 'Kill?', blocks: buttonBlocks() });

  it('gets a click with all that Slack sends, and answers over the response_url', async () => {
    const { ts } = await post();
    const place = { channel: INCIDENTS, ts, block_id: 'row', action_id: 'approve' };
    const told = await control(sandbox, 'action', { user: BOB, ...place });
    expect(told).toMatchObject({ httpStatus: 200, ok: true, verdict: 'acked' });
    expect(seen.action).toMatchObject({
      type: 'block_actions',
      user: { id: BOB, username: 'bob', name: 'bob', team_id: 'T0SANDBOX' },
      team: { id: 'T0SANDBOX', domain: 'sandbox' },
      container: { type: 'message', message_ts: ts, channel_id: INCIDENTS, is_ephemeral: false },
      channel: { id: INCIDENTS, name: 'incidents' },
      message: { ts, text: 'Kill?', bot_id: 'B0SANDBOXBOT' },
      state: { values: {} },
      actions: [
        { type: 'button', action_id: 'approve', block_id: 'row', value: 'plan-1', text: { text: 'Approve' } },
      ],
    });
    expect(seen.action.actions[0].action_ts).toMatch(/^\d+\.\d{6}$/);
    const reply = await until('the answer', async () =>
      (await messagesOf(sandbox, INCIDENTS)).find((message) => message.text === 'noted'),
    );
    expect(reply.ephemeral_to).toBe(BOB);
    expect((await messagesOf(sandbox, INCIDENTS))[0].pending).toMatchObject([{ user: BOB, verdict: 'ok' }]);
  });

  it('gets a slash command, shows its answer, opens a modal and validates the submission', async () => {
    const told = await control(sandbox, 'command', {
      user: ALICE,
      channel: INCIDENTS,
      command: '/db-triage',
      text: 'orders',
    });
    expect(told).toMatchObject({ ok: true, verdict: 'acked', response: { text: 'triage of orders' } });
    expect(seen.command).toMatchObject({
      command: '/db-triage',
      text: 'orders',
      user_id: ALICE,
      user_name: 'alice',
      channel_id: INCIDENTS,
      channel_name: 'incidents',
      team_id: 'T0SANDBOX',
      team_domain: 'sandbox',
      api_app_id: 'A0SANDBOXAPP',
    });
    expect(await messagesOf(sandbox, INCIDENTS)).toMatchObject([{ text: 'triage of orders' }]);

    const view = await until(
      'the modal',
      async () => (await control(sandbox, `views?user=${ALICE}`)).stack.at(-1) as Json,
    );
    const offered = await control(sandbox, 'options', {
      user: ALICE,
      view_id: view.id,
      block_id: 'who',
      action_id: 'pick',
      value: 'ann',
    });
    expect(offered.options).toMatchObject([{ text: { text: 'for ann' }, value: 'v' }]);

    const submit = (value: string) =>
      control(sandbox, 'view-submit', {
        user: ALICE,
        view_id: view.id,
        state: { values: { why: { reason: { type: 'plain_text_input', value } } } },
      });
    expect(await submit('')).toMatchObject({ ok: false, errors: { why: expect.any(String) } });
    expect(seen.submission).toBeUndefined();
    expect(await submit('bad')).toMatchObject({ response_action: 'errors', errors: { why: 'Say more.' } });
    expect(await submit('good')).toMatchObject({ ok: true, verdict: 'acked' });
    expect(seen.submission.view.state.values).toEqual({
      why: { reason: { type: 'plain_text_input', value: 'good' } },
      who: { pick: { type: 'external_select', selected_option: null } },
    });
    expect((await control(sandbox, `views?user=${ALICE}`)).stack).toEqual([]);
  });

  it('gets mentions, publishes the Home tab, and gets both kinds of shortcut', async () => {
    const mention = { user: ALICE, channel: INCIDENTS, text: '<@U0SANDBOXBOT> help' };
    const { ts } = await control(sandbox, 'message', mention);
    await until('the mention', () => seen.mention);
    expect(seen.mention.event).toMatchObject({ type: 'app_mention', user: ALICE, ts, channel: INCIDENTS });
    expect(seen.mention.body).toMatchObject({
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev/),
      event_time: expect.any(Number),
      authorizations: [{ user_id: 'U0SANDBOXBOT', is_bot: true }],
    });

    await control(sandbox, 'home', { user: ALICE });
    const home = await until(
      'the Home tab',
      async () => (await control(sandbox, 'state')).homes[ALICE] ?? undefined,
    );
    expect(home).toMatchObject({ type: 'home', blocks: [{ type: 'header' }] });

    expect(await control(sandbox, 'shortcut', { user: BOB, callback_id: 'declare' })).toMatchObject({
      verdict: 'acked',
    });
    expect(seen.shortcut).toMatchObject({ type: 'shortcut', callback_id: 'declare', user: { id: BOB } });
    const onMessage = { user: BOB, callback_id: 'timeline', channel: INCIDENTS, ts };
    expect(await control(sandbox, 'shortcut', onMessage)).toMatchObject({ verdict: 'acked' });
    expect(seen.messageAction).toMatchObject({
      type: 'message_action',
      message_ts: ts,
      message: { text: '<@U0SANDBOXBOT> help', user: ALICE },
      response_url: expect.stringContaining('/response/'),
    });
  });
});
