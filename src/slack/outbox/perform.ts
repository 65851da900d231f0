import { randomUUID } from 'node:crypto';
import type { webApi } from '@slack/bolt';
import type { ChatMessage, ChatMessages } from '../../ports/state.ts';
import { slackFault } from '../app/slack-fault.ts';
import type { SlackLogger } from '../bot.ts';
import { type CallResult, call } from './call.ts';
import { findPosted, METADATA_TYPE } from './find-posted.ts';
import type { DesiredMessage } from './messages-of.ts';
import type { OutboxAction } from './next-actions.ts';
import { REFUSED_BLOCKS, reduced } from './reduced.ts';

/** What the outbox works with. */
export interface OutboxTools {
  readonly client: webApi.WebClient;
  readonly messages: ChatMessages;
  readonly channel: string;
  readonly logger: SlackLogger;
  readonly botUserId: () => Promise<string>;
  /** Nonces of posts that Slack certainly did not take; in memory only: after a restart they are looked for. */
  readonly unsent: Set<string>;
}

/** What to do after an action: go on, or wait because Slack said so or because the outcome is unknown. */
export type Performed =
  | { readonly status: 'done' }
  | { readonly status: 'limited'; readonly retryAfterMs: number }
  | { readonly status: 'unknown' };

const DONE: Performed = { status: 'done' };
/** A deleted parent that has replies stays as a note of Slack itself, which nobody can update. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'thread_not_found']);

/** Does one action. Throws what no repetition cures, and what the state throws. */
export function perform(
  tools: OutboxTools,
  incident: { id: string; openedAt: string },
  action: OutboxAction,
) {
  switch (action.do) {
    case 'post':
      return post(tools, incident.id, action);
    case 'find':
      return find(tools, incident.openedAt, action);
    case 'update':
      return update(tools, incident.id, action);
  }
}

type Action<K extends OutboxAction['do']> = Extract<OutboxAction, { do: K }>;

async function post(tools: OutboxTools, incidentId: string, action: Action<'post'>): Promise<Performed> {
  const { message, parent } = action;
  const nonce = action.row?.nonce ?? randomUUID();
  const row: ChatMessage = {
    incidentId,
    key: message.key,
    channel: parent?.channel ?? tools.channel,
    ts: null,
    nonce,
    contentHash: '',
  };
  await tools.messages.put(row);
  tools.unsent.delete(nonce);
  const thread = parent?.ts ?? null;
  const sent = await withReducedBlocks(tools, message, (shown) =>
    tools.client.chat.postMessage({
      channel: row.channel,
      text: shown.text,
      blocks: [...shown.blocks],
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: METADATA_TYPE,
        event_payload: { incident: incidentId, key: message.key, nonce },
      },
      ...(thread === null ? {} : { thread_ts: thread }),
    }),
  );
  if (sent.status === 'ok' && sent.value.ts !== undefined) {
    await tools.messages.put({ ...row, ts: sent.value.ts, contentHash: message.contentHash });
    return DONE;
  }
  if (sent.status === 'limited' || sent.status === 'refused') tools.unsent.add(nonce);
  if (sent.status === 'refused' && GONE.has(sent.code)) return await rebuild(tools, incidentId);
  return settle(tools, sent, 'chat.postMessage');
}

async function find(tools: OutboxTools, since: string, action: Action<'find'>): Promise<Performed> {
  const { row, parent } = action;
  const place = { channel: row.channel, thread: parent?.ts ?? null, since };
  const botUserId = await tools.botUserId();
  const looked = await call(() => findPosted(tools.client, place, row.nonce, botUserId));
  if (looked.status === 'refused' && GONE.has(looked.code)) return await rebuild(tools, row.incidentId);
  if (looked.status !== 'ok') return settle(tools, looked, 'conversations.history');
  const [first, ...twins] = looked.value;
  if (first === undefined) {
    tools.unsent.add(row.nonce);
    return DONE;
  }
  for (const ts of twins) await call(() => tools.client.chat.delete({ channel: row.channel, ts }));
  await tools.messages.put({ ...row, ts: first });
  return DONE;
}

async function update(tools: OutboxTools, incidentId: string, action: Action<'update'>): Promise<Performed> {
  const { message, row, ts } = action;
  const sent = await withReducedBlocks(tools, message, (shown) =>
    tools.client.chat.update({ channel: row.channel, ts, text: shown.text, blocks: [...shown.blocks] }),
  );
  if (sent.status === 'ok') {
    await tools.messages.put({ ...row, contentHash: message.contentHash });
    return DONE;
  }
  if (sent.status === 'refused' && GONE.has(sent.code)) {
    if (message.key === 'parent') return await rebuild(tools, incidentId);
    await forget(tools, row);
    return DONE;
  }
  return settle(tools, sent, 'chat.update');
}

/** Sends again in a reduced form when Slack refuses the blocks, so that at least the state is seen. */
async function withReducedBlocks<T>(
  tools: OutboxTools,
  message: DesiredMessage,
  send: (shown: DesiredMessage) => Promise<T>,
): Promise<CallResult<T>> {
  const sent = await call(() => send(message));
  if (sent.status !== 'refused' || !REFUSED_BLOCKS.has(sent.code)) return sent;
  tools.logger.error({ err: sent.error, key: message.key }, 'Slack refused the blocks of a message');
  return await call(() => send(reduced(message)));
}

/** What is left of a result that is not dealt with. Throws when Slack refused. */
function settle(tools: OutboxTools, result: CallResult<unknown>, method: string): Performed {
  if (result.status === 'limited') return result;
  if (result.status === 'refused') throw slackFault(result.error, method);
  if (result.status === 'unknown') {
    tools.logger.warn({ err: result.error, method }, 'Slack did not answer; what it did will be looked up');
  }
  return { status: 'unknown' };
}

/** Somebody deleted the parent: the whole thread is posted anew below a new parent. */
async function rebuild(tools: OutboxTools, incidentId: string): Promise<Performed> {
  tools.logger.warn(
    { incident: incidentId },
    'The messages of an incident were deleted and are posted again',
  );
  for (const row of await tools.messages.list(incidentId)) await forget(tools, row);
  return DONE;
}

async function forget(tools: OutboxTools, row: ChatMessage): Promise<void> {
  const nonce = randomUUID();
  tools.unsent.add(nonce);
  await tools.messages.put({ ...row, channel: tools.channel, ts: null, nonce, contentHash: '' });
}
