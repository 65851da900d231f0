import type { JsonObject } from '../../json.ts';
import { ApiError } from '../api-error.ts';
import type { ApiCall, ApiMethod } from '../api-method.ts';
import { channelById, requireWritable } from '../lookups.ts';
import { readContent } from '../message-content.ts';
import { readThread } from './chat-post-message.ts';

const MAX_TEXT = 40_000;

/** `chat.postEphemeral`: only one person, who must be in the channel, sees it. */
export const chatPostEphemeral: ApiMethod = {
  name: 'chat.postEphemeral',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'tier4',
  handle({ context, args }: ApiCall): JsonObject {
    const { workspace } = context;
    const channel = channelById(context, args.text('channel'));
    requireWritable(context, channel);
    const user = args.required('user');
    if (!channel.members.has(user)) throw new ApiError('user_not_in_channel');
    const content = readContent(args);
    if ((content.text ?? '').length > MAX_TEXT) throw new ApiError('msg_too_long');
    const threadTs = readThread(channel, args);
    const posted = workspace.addMessage(channel, {
      user: workspace.bot.userId,
      bot_id: workspace.bot.botId,
      text: content.text ?? '',
      ephemeral_to: user,
      ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
      ...(content.attachments === undefined ? {} : { attachments: content.attachments }),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    });
    return { message_ts: posted.ts };
  },
};
