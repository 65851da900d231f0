import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { INCIDENTS, refusalOf, startTestSandbox } from '../sandbox/slack/harness.ts';

/** A workspace to hold to the expectations: where it is, who we are, where we may write. */
interface Target {
  apiUrl: string;
  token: string;
  channel: string;
}

interface TargetKind {
  name: string;
  open(): Promise<Target>;
  close(): Promise<void>;
}

let sandbox: SlackSandbox | undefined;

const SANDBOX: TargetKind = {
  name: 'the sandbox',
  async open() {
    // Calls are paced by a clock of two seconds per look, so that no limit of a channel is met.
    let clock = Date.now();
    sandbox = await startTestSandbox({ now: () => (clock += 2000) });
    return { apiUrl: sandbox.apiUrl, token: sandbox.botToken, channel: INCIDENTS };
  },
  async close() {
    await sandbox?.stop();
  },
};

const { SLACK_REAL_BOT_TOKEN: realToken, SLACK_REAL_CHANNEL: realChannel } = process.env;

/** Needs chat:write, channels:history, and the bot in the channel. */
function realTargets(): TargetKind[] {
  if (realToken === undefined || realChannel === undefined) return [];
  const target = { apiUrl: 'https://slack.com/api/', token: realToken, channel: realChannel };
  return [{ name: 'the real Slack', open: async () => target, close: async () => {} }];
}

const section = (text: string) => ({
  type: 'section' as const,
  text: { type: 'mrkdwn' as const, text },
});

describe.each([SANDBOX, ...realTargets()])('the Web API of $name', (kind) => {
  let target: Target;
  let web: WebClient;
  let channel: string;

  beforeAll(async () => {
    target = await kind.open();
    channel = target.channel;
    web = new WebClient(target.token, { slackApiUrl: target.apiUrl });
  });
  afterAll(() => kind.close());

  const post = (text: string, extra = {}) => web.chat.postMessage({ channel, text, ...extra });

  async function read(ts: string) {
    const { messages } = await web.conversations.replies({ channel, ts, include_all_metadata: true });
    return messages ?? [];
  }

  it('tells who the token belongs to', async () => {
    expect(await web.auth.test()).toMatchObject({
      ok: true,
      url: expect.stringMatching(/^https?:\/\/.+\/$/),
      team: expect.any(String),
      user: expect.any(String),
      team_id: expect.stringMatching(/^T/),
      user_id: expect.stringMatching(/^[UW]/),
      bot_id: expect.stringMatching(/^B/),
      is_enterprise_install: false,
    });
  });

  it('refuses a wrong token, an unknown method and an unknown channel', async () => {
    const stranger = new WebClient('xoxb-not-a-token', { slackApiUrl: target.apiUrl });
    expect(await refusalOf(stranger.auth.test())).toMatchObject({ ok: false, error: 'invalid_auth' });
    const unknown = await refusalOf(web.apiCall('no.such.method'));
    expect(unknown).toMatchObject({ ok: false, error: 'unknown_method' });
    const lost = await refusalOf(web.chat.postMessage({ channel: 'C00000000', text: 'x' }));
    expect(lost).toMatchObject({ ok: false, error: 'channel_not_found' });
  });

  it('posts blocks and gives back the message with its ids', async () => {
    const posted = await post('fallback', { blocks: [section('*hello*')] });
    expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(posted.channel).toBe(channel);
    expect(posted.message).toMatchObject({
      type: 'message',
      text: 'fallback',
      ts: posted.ts,
      bot_id: expect.stringMatching(/^B/),
      blocks: [{ type: 'section', block_id: expect.any(String) }],
    });
  });

  it('gives each message a later ts', async () => {
    const first = await post('one');
    const second = await post('two');
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
  });

  it('keeps replies in their thread and counts them', async () => {
    const { ts = '' } = await post('parent');
    const reply = await post('reply', { thread_ts: ts });
    expect(reply.message).toMatchObject({ thread_ts: ts });
    const [parent, child] = await read(ts);
    expect(parent).toMatchObject({ ts, reply_count: 1, thread_ts: ts });
    expect(child).toMatchObject({ text: 'reply', thread_ts: ts });
  });

  it('takes blocks away when an update brings only text', async () => {
    const { ts = '' } = await post('before', { blocks: [section('before')] });
    await web.chat.update({ channel, ts, text: 'after' });
    const [message] = await read(ts);
    expect(message).toMatchObject({ text: 'after', edited: { ts: expect.any(String) } });
    expect(JSON.stringify(message?.blocks ?? [])).not.toContain('before');
  });

  it('keeps metadata over an update, and shows it to those who ask', async () => {
    const metadata = { event_type: 'firebreak_test', event_payload: { id: 'i-1' } };
    const { ts = '' } = await post('with metadata', { metadata });
    await web.chat.update({ channel, ts, text: 'updated' });
    expect((await read(ts))[0]).toMatchObject({ text: 'updated', metadata });
    const plain = await web.conversations.replies({ channel, ts });
    expect(plain.messages?.[0]).not.toHaveProperty('metadata.event_payload.id');
  });

  it('refuses to change what is not there', async () => {
    const ts = '1500000000.000100';
    const update = await refusalOf(web.chat.update({ channel, ts, text: 'x' }));
    expect(update.error).toBe('message_not_found');
    expect((await refusalOf(web.chat.delete({ channel, ts }))).error).toBe('message_not_found');
  });

  it('accepts a text of 40,000 characters and refuses an update of more than 4,000', async () => {
    const { ts = '' } = await post('short');
    const update = await refusalOf(web.chat.update({ channel, ts, text: 'x'.repeat(4001) }));
    expect(update.error).toBe('msg_too_long');
    const long = await post('x'.repeat(40_100));
    expect(long.message?.text?.length ?? 0).toBeLessThanOrEqual(40_000);
  });

  it('refuses a message of nothing', async () => {
    expect((await refusalOf(web.chat.postMessage({ channel, text: '' }))).error).toBe('no_text');
  });

  it('says where a block is wrong', async () => {
    const header = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } };
    const refused = await refusalOf(post('x', { blocks: [section('fine'), header] }));
    expect(refused).toMatchObject({ ok: false, error: 'invalid_blocks' });
    const told = JSON.stringify(refused.response_metadata.messages);
    expect(told).toContain('must be less than 151 characters');
    expect(told).toContain('/blocks/1/text');
  });

  it('refuses an unknown block, an unknown member and an empty text', async () => {
    const wrong = [
      { type: 'no_such_block' },
      { ...section('x'), color: 'red' },
      { type: 'section', text: { type: 'mrkdwn', text: '' } },
    ];
    for (const block of wrong) {
      expect((await refusalOf(post('x', { blocks: [block] }))).error).toBe('invalid_blocks');
    }
  });

  it('refuses an ephemeral message to somebody who is not there', async () => {
    const refused = await refusalOf(web.chat.postEphemeral({ channel, user: 'U00000000', text: 'x' }));
    expect(refused.error).toBe('user_not_in_channel');
  });

  it('refuses a trigger_id that it did not give', async () => {
    const view = {
      type: 'modal' as const,
      title: { type: 'plain_text' as const, text: 'T' },
      blocks: [section('x')],
    };
    const refused = await refusalOf(web.views.open({ trigger_id: '1.2.abc', view }));
    expect(refused.error).toBe('invalid_trigger_id');
  });

  it('deletes its own message', async () => {
    const { ts = '' } = await post('away with it');
    await web.chat.delete({ channel, ts });
    expect((await refusalOf(web.chat.update({ channel, ts, text: 'x' }))).error).toBe('message_not_found');
  });
});
