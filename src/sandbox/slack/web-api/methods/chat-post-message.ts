import type { JsonObject } from '../../json.ts';
import type { Channel } from '../../workspace/model.ts';
import { wireMessage } from '../../workspace/wire.ts';
import { findMessage, type NewMessage } from '../../workspace/workspace.ts';
import { ApiError } from '../api-error.ts';
import type { ApiCall, ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { channelByAnyName, requireWritable } from '../lookups.ts';
import { readContent, readMetadata } from '../message-content.ts';

/** Longer texts are cut. Source: docs.slack.dev/reference/methods/chat.postMessage, "Truncating content". */
const TEXT_CUT = 40_000;

/** The parent's `ts` of a reply; only a message that starts a thread, or may start one, will do. */
export function readThread(channel: Channel, args: Args): string | undefined {
  const threadTs = args.text('thread_ts');
  if (threadTs === undefined) return undefined;
  const parent = findMessage(channel, threadTs);
  if (parent === undefined) throw new ApiError('thread_not_found');
  if (parent.thread_ts !== undefined) throw new ApiError('cannot_reply_to_message');
  return threadTs;
}

/** Posts as the bot and returns the members of the answer. */
export function postAsBot({ context, args }: Pick<ApiCall, 'context' | 'args'>): JsonObject {
  const { workspace } = context;
  const channel = channelByAnyName(context, args.text('channel'));
  requireWritable(context, channel);
  const content = readContent(args);
  const metadata = readMetadata(args);
  const threadTs = readThread(channel, args);
  const message: NewMessage = {
    user: workspace.bot.userId,
    bot_id: workspace.bot.botId,
    text: (content.text ?? '').slice(0, TEXT_CUT),
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(content.attachments === undefined ? {} : { attachments: content.attachments }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(threadTs !== undefined && args.flag('reply_broadcast') ? { reply_broadcast: true } : {}),
    ...(metadata ? { metadata } : {}),
  };
  const posted = workspace.addMessage(channel, message);
  const shown = wireMessage(workspace, channel, posted, { metadata: true });
  return { channel: channel.id, ts: posted.ts, message: shown };
}

/** `chat.postMessage`. */
export const chatPostMessage: ApiMethod = {
  name: 'chat.postMessage',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'posting',
  handle: postAsBot,
};
