import type { ApiMethod } from '../api-method.ts';
import { channelById, messageByTs } from '../lookups.ts';

/** `chat.getPermalink`: a link with Slack's path, at the sandbox's own address so that it opens. */
export const chatGetPermalink: ApiMethod = {
  name: 'chat.getPermalink',
  token: 'bot',
  scopes: [],
  tier: 'generous',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    const message = messageByTs(channel, args.text('message_ts'));
    const thread = message.thread_ts === undefined ? '' : `?thread_ts=${message.thread_ts}&cid=${channel.id}`;
    const path = `/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
    return { channel: channel.id, permalink: `${context.baseUrl()}${path}` };
  },
};
