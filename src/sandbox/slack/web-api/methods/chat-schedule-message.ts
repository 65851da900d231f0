import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import { channelByAnyName, requireWritable } from '../lookups.ts';
import { readContent } from '../message-content.ts';

const MAX_AHEAD_SECONDS = 120 * 24 * 3600;

/** `chat.scheduleMessage`: at most 120 days ahead. */
export const chatScheduleMessage: ApiMethod = {
  name: 'chat.scheduleMessage',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const { workspace } = context;
    const channel = channelByAnyName(context, args.text('channel'));
    requireWritable(context, channel);
    const { text } = readContent(args);
    const postAt = args.number('post_at');
    const now = workspace.now() / 1000;
    if (postAt === undefined) throw new ApiError('invalid_time');
    if (postAt <= now) throw new ApiError('time_in_past');
    if (postAt > now + MAX_AHEAD_SECONDS) throw new ApiError('time_too_far');
    const id = workspace.ids.next('Q');
    workspace.scheduled.set(id, { id, channel: channel.id, postAt, args: args.values });
    const message = { type: 'delayed_message', text: text ?? '', bot_id: workspace.bot.botId };
    return { channel: channel.id, scheduled_message_id: id, post_at: postAt, message };
  },
};

/** `chat.deleteScheduledMessage`. */
export const chatDeleteScheduledMessage: ApiMethod = {
  name: 'chat.deleteScheduledMessage',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const id = args.required('scheduled_message_id');
    const scheduled = context.workspace.scheduled.get(id);
    if (scheduled === undefined || scheduled.channel !== args.text('channel')) {
      throw new ApiError('invalid_scheduled_message_id');
    }
    context.workspace.scheduled.delete(id);
    return {};
  },
};
