import type { JsonObject } from '../../json.ts';
import { wireMessage } from '../../workspace/wire.ts';
import { ApiError } from '../api-error.ts';
import type { ApiCall, ApiMethod } from '../api-method.ts';
import { channelById, messageByTs } from '../lookups.ts';
import { readContent, readMetadata } from '../message-content.ts';

/** Source: docs.slack.dev/reference/methods/chat.update, `msg_too_long`. */
const MAX_TEXT = 4000;

/**
 * `chat.update`. Text without blocks takes the blocks away; blocks without text leave no "edited" mark;
 * metadata stays unless other metadata, or an empty object, is given.
 */
export const chatUpdate: ApiMethod = {
  name: 'chat.update',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'tier3',
  handle({ context, args }: ApiCall): JsonObject {
    const { workspace } = context;
    const channel = channelById(context, args.text('channel'));
    const message = messageByTs(channel, args.text('ts'));
    if (message.bot_id !== workspace.bot.botId) throw new ApiError('cant_update_message');
    if ((args.text('text') ?? '').length > MAX_TEXT) throw new ApiError('msg_too_long');
    const content = readContent(args);
    const metadata = readMetadata(args);
    if (args.flag('reply_broadcast')) {
      if (message.thread_ts === undefined) throw new ApiError('cant_broadcast_message');
      message.reply_broadcast = true;
    }
    message.text = content.text ?? '';
    delete message.blocks;
    delete message.attachments;
    if (content.blocks !== undefined) message.blocks = content.blocks;
    if (content.attachments !== undefined) message.attachments = content.attachments;
    if (metadata === null) delete message.metadata;
    else if (metadata !== undefined) message.metadata = metadata;
    if (content.text !== undefined)
      message.edited = { user: workspace.bot.userId, ts: editTs(workspace.now()) };
    message.pending = message.pending.filter((action) => action.verdict === 'waiting');
    workspace.changes.touch();
    const shown = wireMessage(workspace, channel, message, { metadata: true });
    return { channel: channel.id, ts: message.ts, text: message.text, message: shown };
  },
};

function editTs(nowMs: number): string {
  return `${Math.floor(nowMs / 1000)}.000000`;
}
