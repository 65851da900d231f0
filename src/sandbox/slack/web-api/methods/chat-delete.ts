import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import { channelById, messageByTs } from '../lookups.ts';

/** `chat.delete`: only the bot's own messages. */
export const chatDelete: ApiMethod = {
  name: 'chat.delete',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    const message = messageByTs(channel, args.text('ts'));
    if (message.bot_id !== context.workspace.bot.botId) throw new ApiError('cant_delete_message');
    context.workspace.removeMessage(channel, message);
    return { channel: channel.id, ts: message.ts };
  },
};
