import type { SandboxContext } from '../context.ts';
import { type JsonObject, stringOf } from '../json.ts';
import { Args } from '../web-api/args.ts';
import { readContent } from '../web-api/message-content.ts';
import type { Channel, Message } from '../workspace/model.ts';
import type { NewMessage } from '../workspace/workspace.ts';
import type { ResponseTarget } from './response-urls.ts';

function originalOf(channel: Channel, target: ResponseTarget): Message | undefined {
  return channel.messages.find((message) => message.ts === target.messageTs);
}

function newMessage(context: SandboxContext, target: ResponseTarget, body: JsonObject): NewMessage {
  const { bot } = context.workspace;
  const content = readContent(new Args(body));
  const threadTs = stringOf(body.thread_ts);
  return {
    user: bot.userId,
    bot_id: bot.botId,
    text: content.text ?? '',
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(content.attachments === undefined ? {} : { attachments: content.attachments }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(body.response_type === 'in_channel' ? {} : { ephemeral_to: target.userId }),
  };
}

function replace(context: SandboxContext, original: Message, body: JsonObject): void {
  const content = readContent(new Args(body));
  original.text = content.text ?? '';
  delete original.blocks;
  if (content.blocks !== undefined) original.blocks = content.blocks;
  original.pending = original.pending.filter((action) => action.verdict === 'waiting');
  context.workspace.changes.touch();
}

/**
 * Does what an app asked for by a response_url or in the acknowledgement of a command: replaces or deletes the
 * original message, or posts a new one (ephemeral unless `in_channel`). Throws the refusals of the Web API.
 * Source: docs.slack.dev/interactivity/handling-user-interaction, "Message responses".
 */
export function respond(context: SandboxContext, target: ResponseTarget, body: JsonObject): void {
  const channel = context.workspace.channels.get(target.channelId);
  if (channel === undefined) return;
  const original = originalOf(channel, target);
  if (body.delete_original === true || body.delete_original === 'true') {
    if (original !== undefined) context.workspace.removeMessage(channel, original);
    return;
  }
  const replaces = body.replace_original === true || body.replace_original === 'true';
  if (replaces && original !== undefined) replace(context, original, body);
  else context.workspace.addMessage(channel, newMessage(context, target, body));
}
