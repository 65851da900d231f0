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
  refusalOf,
  startSocketApp,
  startTestSandbox,
} from './harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: payloads are asserted member by member
type Json = any;

let sandbox: SlackSandbox;
let app: App;
let last: Json;
const clock = { ms: Date.now() };

const text = (value: string) => ({ type: 'plain_text' as const, text: value });
const view = (title: string, more: object = {}) => ({
  type: 'modal' as const,
  title: text(title),
  blocks: [
    {
      type: 'section' as const,
      block_id: 'choice',
      text: text('Choose'),
      accessory: {
        type: 'static_select' as const,
        action_id: 'pick',
        options: ['one', 'two'].map((value) => ({ text: text(value), value })),
      },
    },
  ],
  ...more,
});

beforeEach(async () => {
  sandbox = await startTestSandbox({ now: () => clock.ms });
  app = await startSocketApp(sandbox, (one) => {
    one.action(/.*/, async ({ ack, body }) => {
      await ack();
      last = body;
    });
    one.view({ type: 'view_closed', callback_id: /.*/ }, async ({ ack, body }) => {
      await ack();
      last = body;
    });
  });
});
afterEach(async () => {
  await app.stop();
  await sandbox.stop();
});

/** Posts a message with elements and clicks its button as Bob; the payload is then in `last`. */
async function click(): Promise<{ ts: string; payload: Json }> {
  const message = { channel: INCIDENTS, text: 'Kill?', blocks: buttonBlocks() };
  const { ts = '' } = await clientOf(sandbox).chat.postMessage(message);
  clock.ms += 1000;
  const place = { channel: INCIDENTS, ts, block_id: 'row', action_id: 'approve' };
  expect(await control(sandbox, 'action', { user: BOB, ...place })).toMatchObject({ ok: true });
  return { ts, payload: last };
}

async function respond(url: string, body: object): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, body: await response.text() };
}

const openWith = (trigger_id: string, title = 'T') =>
  clientOf(sandbox).views.open({ trigger_id, view: view(title) });

describe('trigger_id', () => {
  it('opens one modal within three seconds', async () => {
    const { payload } = await click();
    clock.ms += 2999;
    await openWith(payload.trigger_id);
    expect((await refusalOf(openWith(payload.trigger_id))).error).toBe('exchanged_trigger_id');
    const late = await click();
    clock.ms += 3001;
    expect((await refusalOf(openWith(late.payload.trigger_id))).error).toBe('expired_trigger_id');
  });

  it('is not used up by a view that is refused', async () => {
    const { payload } = await click();
    const refused = await refusalOf(openWith(payload.trigger_id, 'x'.repeat(25)));
    expect(refused).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: {
        messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
      },
    });
    expect(await openWith(payload.trigger_id)).toMatchObject({ ok: true });
  });
});

describe('response_url', () => {
  it('replaces and deletes the original message', async () => {
    const { ts, payload } = await click();
    const body = { replace_original: true, text: 'Approved' };
    expect(await respond(payload.response_url, body)).toEqual({ status: 200, body: 'ok' });
    const [replaced] = await messagesOf(sandbox, INCIDENTS);
    expect(replaced).toMatchObject({ ts, text: 'Approved' });
    expect(replaced.blocks).toBeUndefined();
    await respond(payload.response_url, { delete_original: true });
    expect(await messagesOf(sandbox, INCIDENTS)).toEqual([]);
  });

  it('posts to the person unless it is for the channel, and refuses what Slack would not show', async () => {
    const { payload } = await click();
    await respond(payload.response_url, { text: 'for you' });
    await respond(payload.response_url, { text: 'for all', response_type: 'in_channel' });
    expect((await messagesOf(sandbox, INCIDENTS)).slice(1)).toMatchObject([
      { text: 'for you', ephemeral_to: BOB },
      { text: 'for all' },
    ]);
    const refused = await respond(payload.response_url, { blocks: [{ type: 'nope' }] });
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('invalid_blocks') });
  });

  it('works five times, for thirty minutes', async () => {
    const { payload } = await click();
    for (let use = 0; use < 5; use += 1) {
      expect((await respond(payload.response_url, { text: `${use}` })).status).toBe(200);
    }
    const sixth = await respond(payload.response_url, { text: 'x' });
    expect(sixth).toMatchObject({ status: 404, body: expect.stringContaining('used_url') });
    const late = await click();
    clock.ms += 30 * 60_000 + 1;
    const expired = await respond(late.payload.response_url, { text: 'x' });
    expect(expired).toMatchObject({ status: 404, body: expect.stringContaining('expired_url') });
  });

  it('changes an ephemeral message, whose payload does not show it', async () => {
    const message = { channel: INCIDENTS, user: BOB, text: 'Sure?', blocks: buttonBlocks() };
    const { message_ts: ts } = await clientOf(sandbox).chat.postEphemeral(message);
    const place = { channel: INCIDENTS, ts, block_id: 'row', action_id: 'approve' };
    expect(await control(sandbox, 'action', { user: ALICE, ...place })).toMatchObject({ httpStatus: 404 });
    await control(sandbox, 'action', { user: BOB, ...place });
    expect(last.container).toMatchObject({ is_ephemeral: true, message_ts: ts });
    expect(last).not.toHaveProperty('message');
    await respond(last.response_url, { replace_original: true, text: 'Done' });
    expect(await messagesOf(sandbox, INCIDENTS)).toMatchObject([{ text: 'Done', ephemeral_to: BOB }]);
  });
});

describe('modals', () => {
  const stack = async () => (await control(sandbox, `views?user=${BOB}`)).stack;

  async function pick(viewId: string, value: string) {
    return control(sandbox, 'view-action', {
      user: BOB,
      view_id: viewId,
      block_id: 'choice',
      action_id: 'pick',
      selected_option: { value },
    });
  }

  it('are pushed up to three, and close from the top', async () => {
    const { payload } = await click();
    const first = await openWith(payload.trigger_id, 'one');
    const web = clientOf(sandbox);
    const firstId = first.view?.id ?? '';
    const ids = [firstId];
    for (const title of ['two', 'three']) {
      await pick(ids.at(-1) ?? '', 'one');
      const pushed = await web.views.push({ trigger_id: last.trigger_id, view: view(title) });
      expect(pushed.view).toMatchObject({ root_view_id: firstId, previous_view_id: ids.at(-1) });
      ids.push(pushed.view?.id ?? '');
    }
    await pick(ids[2] ?? '', 'one');
    const fourth = web.views.push({ trigger_id: last.trigger_id, view: view('four') });
    expect((await refusalOf(fourth)).error).toBe('push_limit_reached');
    expect(await control(sandbox, 'view-close', { user: BOB, view_id: ids[2] })).toMatchObject({ ok: true });
    expect((await stack()).map((open: Json) => open.title.text)).toEqual(['one', 'two']);
  });

  it('are updated only with the latest hash', async () => {
    const { payload } = await click();
    const { view: opened } = await openWith(payload.trigger_id);
    const web = clientOf(sandbox);
    const place = { view_id: opened?.id ?? '', hash: opened?.hash ?? '' };
    await web.views.update({ ...place, view: view('newer') });
    const stale = web.views.update({ ...place, view: view('stale') });
    expect((await refusalOf(stale)).error).toBe('hash_conflict');
    const lost = web.views.update({ view_id: 'V0NOTHING', view: view('x') });
    expect((await refusalOf(lost)).error).toBe('not_found');
    expect((await stack())[0].title.text).toBe('newer');
  });

  it('send the choice and the state of a view without a response_url', async () => {
    const { payload } = await click();
    const { view: opened } = await openWith(payload.trigger_id);
    await pick(opened?.id ?? '', 'two');
    const selected_option = { text: { text: 'two' }, value: 'two' };
    expect(last).toMatchObject({
      container: { type: 'view', view_id: opened?.id },
      view: { state: { values: { choice: { pick: { type: 'static_select', selected_option } } } } },
      actions: [{ type: 'static_select', selected_option }],
    });
    expect(last).not.toHaveProperty('response_url');
    expect(await pick(opened?.id ?? '', 'three')).toMatchObject({ httpStatus: 409 });
  });

  it('tell the app that they were closed if it asked for that', async () => {
    const { payload } = await click();
    const more = { notify_on_close: true, clear_on_close: true, callback_id: 'c' };
    const asked = { trigger_id: payload.trigger_id, view: view('T', more) };
    const { view: opened } = await clientOf(sandbox).views.open(asked);
    await control(sandbox, 'view-close', { user: BOB, view_id: opened?.id });
    expect(last).toMatchObject({ type: 'view_closed', is_cleared: true, view: { id: opened?.id } });
    expect(await stack()).toEqual([]);
  });
});

describe('choices on a message', () => {
  it('are kept per person and come with the next click', async () => {
    const options = ['101', '102'].map((value) => ({ text: text(value), value }));
    const row = buttonBlocks()[1];
    const boxes = { type: 'checkboxes', action_id: 'pids', options, initial_options: [options[0]] };
    const blocks = [{ type: 'actions', block_id: 'pick', elements: [boxes] }, row];
    const sent = { channel: INCIDENTS, text: 'x', blocks };
    const posted: Json = await clientOf(sandbox).apiCall('chat.postMessage', sent);
    const place = { channel: INCIDENTS, ts: posted.ts };
    const choice = { block_id: 'pick', action_id: 'pids', selected_options: [{ value: '102' }] };
    await control(sandbox, 'action', { user: BOB, ...place, ...choice });
    const go = { ...place, block_id: 'row', action_id: 'approve' };
    const chosen = () => last.state.values.pick.pids.selected_options.map((option: Json) => option.value);
    await control(sandbox, 'action', { user: BOB, ...go });
    expect(chosen()).toEqual(['102']);
    await control(sandbox, 'action', { user: ALICE, ...go });
    expect(chosen()).toEqual(['101']);
    const [message] = await messagesOf(sandbox, INCIDENTS);
    expect(message.selections.pick.pids.selected_options).toMatchObject([{ value: '102' }]);
  });

  it('are refused once the message does not show the element any more', async () => {
    const { ts } = await click();
    await clientOf(sandbox).chat.update({ channel: INCIDENTS, ts, text: 'decided' });
    const place = { channel: INCIDENTS, ts, block_id: 'row', action_id: 'approve' };
    const refused = await control(sandbox, 'action', { user: BOB, ...place });
    expect(refused).toMatchObject({ httpStatus: 409, error: expect.stringContaining('any more') });
  });
});
