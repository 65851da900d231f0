import { afterEach, describe, expect, it } from 'vitest';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import {
  ALICE,
  BOB,
  clientOf,
  control,
  INCIDENTS,
  MANIFEST,
  messagesOf,
  RANDOM,
  refusalOf,
  startTestSandbox,
  until,
} from './harness.ts';

let sandbox: SlackSandbox;
afterEach(() => sandbox.stop());

/** A sandbox whose clock the test moves, in milliseconds. */
async function withClock() {
  const clock = { ms: Date.now() };
  sandbox = await startTestSandbox({ now: () => clock.ms });
  return clock;
}

const post = (channel = INCIDENTS, text = 'x') => clientOf(sandbox).chat.postMessage({ channel, text });

describe('tokens and scopes', () => {
  it('knows which token is for what', async () => {
    sandbox = await startTestSandbox();
    const app = clientOf(sandbox, sandbox.appToken);
    const posting = app.chat.postMessage({ channel: INCIDENTS, text: 'x' });
    expect((await refusalOf(posting)).error).toBe('not_allowed_token_type');
    expect((await refusalOf(clientOf(sandbox).apps.connections.open())).error).toBe('not_allowed_token_type');
    expect((await refusalOf(clientOf(sandbox, '').auth.test())).error).toBe('not_authed');
    expect(await app.apps.connections.open()).toMatchObject({ url: expect.stringMatching(/^ws:/) });
  });

  it('names the scope that the manifest lacks', async () => {
    const oauth_config = { scopes: { bot: ['chat:write', 'commands'] } };
    sandbox = await startTestSandbox({ manifest: { ...MANIFEST, oauth_config } });
    const refused = await refusalOf(clientOf(sandbox).users.info({ user: ALICE }));
    expect(refused).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read',
      provided: 'chat:write,commands',
      response_metadata: { scopes: ['chat:write', 'commands'], acceptedScopes: ['users:read'] },
    });
  });
});

describe('channels', () => {
  it('refuses to post where the bot is not, unless it may post anywhere public', async () => {
    sandbox = await startTestSandbox();
    expect((await refusalOf(post(RANDOM))).error).toBe('not_in_channel');
    await clientOf(sandbox).conversations.join({ channel: RANDOM });
    expect(await post('#random')).toMatchObject({ ok: true, channel: RANDOM });
  });

  it('creates, invites, sets the topic, lists and archives', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    expect((await refusalOf(web.conversations.create({ name: 'Inc 1' }))).error).toBe(
      'invalid_name_specials',
    );
    expect((await refusalOf(web.conversations.create({ name: 'random' }))).error).toBe('name_taken');
    const { channel } = await web.conversations.create({ name: 'inc-1-orders' });
    const id = channel?.id ?? '';
    await web.conversations.invite({ channel: id, users: `${ALICE},${BOB}` });
    const again = await refusalOf(web.conversations.invite({ channel: id, users: BOB }));
    expect(again.error).toBe('already_in_channel');
    await web.conversations.setTopic({ channel: id, topic: 'orders is slow' });
    const { members } = await web.conversations.members({ channel: id });
    expect(members).toEqual(['U0SANDBOXBOT', ALICE, BOB]);
    await web.conversations.archive({ channel: id });
    expect((await refusalOf(post(id))).error).toBe('is_archived');
    const listed = await web.conversations.list({ exclude_archived: true, limit: 1 });
    expect(listed.channels).toMatchObject([{ name: 'incidents', is_member: true }]);
    const next = await web.conversations.list({
      exclude_archived: true,
      limit: 1,
      cursor: listed.response_metadata?.next_cursor ?? '',
    });
    expect(next.channels).toMatchObject([{ name: 'random', is_member: false }]);
  });

  it('shows history newest first, without replies and ephemerals', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const { ts: thread_ts = '' } = await post(INCIDENTS, 'first');
    await web.chat.postMessage({ channel: INCIDENTS, text: 'hidden', thread_ts });
    await web.chat.postEphemeral({ channel: INCIDENTS, user: BOB, text: 'secret' });
    await web.chat.postMessage({ channel: INCIDENTS, text: 'shown', thread_ts, reply_broadcast: true });
    const { messages } = await web.conversations.history({ channel: INCIDENTS });
    expect(messages?.map(({ text }) => text)).toEqual(['shown', 'first']);
    expect(messages?.[0]).toMatchObject({ subtype: 'thread_broadcast', thread_ts });
  });
});

describe('messages', () => {
  it('lets the bot change only its own', async () => {
    sandbox = await startTestSandbox();
    const { ts } = await control(sandbox, 'message', { user: ALICE, channel: INCIDENTS, text: 'mine' });
    const web = clientOf(sandbox);
    const update = await refusalOf(web.chat.update({ channel: INCIDENTS, ts, text: 'x' }));
    expect(update.error).toBe('cant_update_message');
    expect((await refusalOf(web.chat.delete({ channel: INCIDENTS, ts }))).error).toBe('cant_delete_message');
  });

  it('refuses an update of an ephemeral, a reply to a reply and to nothing', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const place = { channel: INCIDENTS, text: 'x' };
    const { message_ts: ts = '' } = await web.chat.postEphemeral({ ...place, user: BOB });
    expect((await refusalOf(web.chat.update({ ...place, ts }))).error).toBe('message_not_found');
    const { ts: parent = '' } = await post();
    const { ts: reply = '' } = await web.chat.postMessage({ ...place, thread_ts: parent });
    const nested = await refusalOf(web.chat.postMessage({ ...place, thread_ts: reply }));
    expect(nested.error).toBe('cannot_reply_to_message');
  });

  it('refuses more text in blocks than Slack shows', async () => {
    sandbox = await startTestSandbox();
    const block = { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'x'.repeat(2700) } };
    const blocks = Array.from({ length: 5 }, () => block);
    const refused = await refusalOf(
      clientOf(sandbox).chat.postMessage({ channel: INCIDENTS, text: 'x', blocks }),
    );
    expect(refused.error).toBe('msg_blocks_too_long');
  });

  it('posts what was scheduled when its time comes, and not what was taken back', async () => {
    const clock = await withClock();
    const web = clientOf(sandbox);
    const at = Math.floor(clock.ms / 1000) + 60;
    const place = { channel: INCIDENTS, post_at: at };
    await web.chat.scheduleMessage({ ...place, text: 'later' });
    const gone = await web.chat.scheduleMessage({ ...place, text: 'never' });
    const scheduled_message_id = gone.scheduled_message_id ?? '';
    await web.chat.deleteScheduledMessage({ channel: INCIDENTS, scheduled_message_id });
    const past = await refusalOf(web.chat.scheduleMessage({ ...place, post_at: at - 120, text: 'x' }));
    expect(past.error).toBe('time_in_past');
    expect(await messagesOf(sandbox, INCIDENTS)).toEqual([]);
    clock.ms += 61_000;
    const posted = await until('the message', async () => {
      const messages = await messagesOf(sandbox, INCIDENTS);
      return messages.length > 0 && messages;
    });
    expect(posted).toMatchObject([{ text: 'later' }]);
  });

  it('gives a permalink that opens the place on the page', async () => {
    sandbox = await startTestSandbox();
    const { ts = '' } = await post();
    const { permalink = '' } = await clientOf(sandbox).chat.getPermalink({
      channel: INCIDENTS,
      message_ts: ts,
    });
    expect(permalink).toBe(`${sandbox.url}/archives/${INCIDENTS}/p${ts.replace('.', '')}`);
    const response = await fetch(permalink, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe(`/#${INCIDENTS}/${ts}`);
  });
});

describe('files, canvases, marks and people', () => {
  it('takes a file in three steps and serves it so that it cannot run', async () => {
    sandbox = await startTestSandbox();
    const { ts: thread_ts = '' } = await post();
    await clientOf(sandbox).filesUploadV2({
      channel_id: INCIDENTS,
      thread_ts,
      initial_comment: 'the plan',
      filename: 'plan.svg',
      title: 'Plan',
      file: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    });
    const message = (await messagesOf(sandbox, INCIDENTS)).at(-1);
    expect(message).toMatchObject({
      text: 'the plan',
      thread_ts,
      files: [{ title: 'Plan' }],
    });
    const served = await fetch(message.files[0].url);
    expect(await served.text()).toContain('<svg');
    expect(served.headers.get('content-type')).toBe('image/svg+xml');
    expect(served.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('keeps the description that the documented alt_txt gives, for bytes sent as they are', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const asked = { filename: 'chart.png', length: 3, alt_txt: 'Waiting sessions' };
    const given = await web.files.getUploadURLExternal(asked);
    const url = String(given.upload_url);
    expect((await fetch(url, { method: 'POST', body: 'four' })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', body: 'png' })).status).toBe(200);
    const files: [{ id: string }] = [{ id: String(given.file_id) }];
    await web.files.completeUploadExternal({ files, channel_id: INCIDENTS });
    const [message] = await messagesOf(sandbox, INCIDENTS);
    expect(message.files).toMatchObject([{ title: 'chart.png', alt_txt: 'Waiting sessions' }]);
  });

  it('refuses to share a file that was never uploaded', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const { file_id: id = '' } = await web.files.getUploadURLExternal({ filename: 'a.txt', length: 3 });
    const refused = await refusalOf(
      web.files.completeUploadExternal({ files: [{ id }], channel_id: INCIDENTS }),
    );
    expect(refused.error).toBe('file_not_found');
  });

  it('keeps one canvas per channel', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const document_content = { type: 'markdown' as const, markdown: '# Post-mortem' };
    const { canvas_id = '' } = await web.conversations.canvases.create({
      channel_id: INCIDENTS,
      document_content,
    });
    const second = web.conversations.canvases.create({ channel_id: INCIDENTS, document_content });
    expect((await refusalOf(second)).error).toBe('channel_canvas_already_exists');
    await web.canvases.edit({
      canvas_id,
      changes: [
        { operation: 'insert_at_end', document_content: { type: 'markdown', markdown: 'It was cron.' } },
      ],
    });
    const text = await (await fetch(`${sandbox.url}/files/${canvas_id}`)).text();
    expect(text).toBe('# Post-mortem\nIt was cron.');
  });

  it('reacts once, pins once, and keeps bookmarks', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const { ts: timestamp = '' } = await post();
    const place = { channel: INCIDENTS, timestamp };
    await web.reactions.add({ ...place, name: 'eyes' });
    expect((await refusalOf(web.reactions.add({ ...place, name: 'eyes' }))).error).toBe('already_reacted');
    await web.reactions.remove({ ...place, name: 'eyes' });
    expect((await refusalOf(web.reactions.remove({ ...place, name: 'eyes' }))).error).toBe('no_reaction');
    await web.pins.add(place);
    expect((await refusalOf(web.pins.add(place))).error).toBe('already_pinned');
    const link = 'https://example.com/runbook';
    const added = await web.bookmarks.add({ channel_id: INCIDENTS, type: 'link', title: 'Runbook', link });
    const bookmark_id = added.bookmark?.id ?? '';
    const edited = await web.bookmarks.edit({ channel_id: INCIDENTS, bookmark_id, title: 'Book' });
    expect(edited.bookmark).toMatchObject({ title: 'Book', link });
  });

  it('knows people, groups, the team and the bot', async () => {
    const userGroups = [{ id: 'S0DBA', handle: 'dba', name: 'DBAs', users: [BOB] }];
    sandbox = await startTestSandbox({ userGroups });
    const web = clientOf(sandbox);
    const { user } = await web.users.lookupByEmail({ email: 'bob@example.com' });
    expect(user).toMatchObject({ id: BOB, real_name: 'Bob Brown' });
    expect((await refusalOf(web.users.info({ user: 'U0NOBODY' }))).error).toBe('user_not_found');
    expect((await web.users.list({})).members?.map(({ id }) => id)).toEqual(['U0SANDBOXBOT', ALICE, BOB]);
    expect((await web.usergroups.list({})).usergroups).toMatchObject([{ id: 'S0DBA', handle: 'dba' }]);
    expect((await web.usergroups.users.list({ usergroup: 'S0DBA' })).users).toEqual([BOB]);
    expect((await web.team.info({})).team?.id).toBe('T0SANDBOX');
    expect((await web.bots.info({ bot: 'B0SANDBOXBOT' })).bot?.user_id).toBe('U0SANDBOXBOT');
    expect((await web.conversations.open({ users: ALICE })).channel?.id).toMatch(/^D/);
  });

  it('validates blocks for those who ask, with pointers from the root', async () => {
    sandbox = await startTestSandbox();
    const web = clientOf(sandbox);
    const text = { type: 'invalid', text: 'x' };
    const refused = await refusalOf(web.apiCall('blocks.validate', { blocks: [{ type: 'section', text }] }));
    expect(refused).toMatchObject({
      error: 'invalid_blocks',
      errors: [{ pointer: '/0/text/type', code: 'failed_constraint', message: 'unsupported type: invalid' }],
    });
    expect(await web.blocks.validate({ blocks: [{ type: 'divider' }] })).toMatchObject({ ok: true });
    expect((await refusalOf(web.blocks.validate({}))).error).toBe('invalid_arguments');
  });
});

describe('limits and faults', () => {
  it('takes three messages at once per channel, then one a second', async () => {
    const clock = await withClock();
    await clientOf(sandbox).conversations.join({ channel: RANDOM });
    for (let sent = 0; sent < 3; sent += 1) await post();
    await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 1 });
    expect(await post(RANDOM)).toMatchObject({ ok: true });
    clock.ms += 1000;
    expect(await post()).toMatchObject({ ok: true });
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
  });

  it('counts the calls of a tier per minute', async () => {
    const clock = await withClock();
    const list = () => clientOf(sandbox).users.list({});
    for (let sent = 0; sent < 20; sent += 1) await list();
    clock.ms += 20_000;
    await expect(list()).rejects.toMatchObject({ retryAfter: 40 });
    clock.ms += 40_000;
    expect(await list()).toMatchObject({ ok: true });
  });

  it('fails as often as told, before or after it has done the work', async () => {
    sandbox = await startTestSandbox();
    const fault = { method: 'chat.postMessage', status: 503, times: 1 };
    await control(sandbox, 'faults', fault);
    await expect(post()).rejects.toMatchObject({ statusCode: 503 });
    expect(await messagesOf(sandbox, INCIDENTS)).toHaveLength(0);
    await control(sandbox, 'faults', { ...fault, afterProcessing: true });
    await expect(post()).rejects.toMatchObject({ statusCode: 503 });
    expect(await messagesOf(sandbox, INCIDENTS)).toHaveLength(1);
    await control(sandbox, 'faults', { channel: RANDOM, error: 'fatal_error', times: 9 });
    expect(await post()).toMatchObject({ ok: true });
    expect((await refusalOf(post(RANDOM))).error).toBe('fatal_error');
    await control(sandbox, 'faults', undefined, 'DELETE');
    expect((await refusalOf(post(RANDOM))).error).toBe('not_in_channel');
    await control(sandbox, 'faults', { status: 429, retryAfter: 7, times: 1 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await control(sandbox, 'faults', { delayMs: 150, times: 1 });
    const before = performance.now();
    await clientOf(sandbox).auth.test();
    expect(performance.now() - before).toBeGreaterThan(140);
  });

  it('logs the calls without their token', async () => {
    sandbox = await startTestSandbox();
    await refusalOf(
      clientOf(sandbox).apiCall('chat.update', { channel: 'C0', ts: '1', token: sandbox.botToken }),
    );
    const log = await control(sandbox, 'log');
    expect(log).toMatchObject([
      { method: 'chat.update', ok: false, error: 'channel_not_found', args: { channel: 'C0', ts: '1' } },
    ]);
    expect(JSON.stringify(log)).not.toContain(sandbox.botToken);
  });
});
