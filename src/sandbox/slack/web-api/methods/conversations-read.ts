import type { SandboxContext } from '../../context.ts';
import type { Channel, Message } from '../../workspace/model.ts';
import { wireChannel, wireMessage } from '../../workspace/wire.ts';
import { repliesOf } from '../../workspace/workspace.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { channelById, messageByTs, requireMember } from '../lookups.ts';
import { type Page, pageMembers, pageOf, withinTimes } from '../pages.ts';

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const DEFAULT_LIMIT = 100;

/** `conversations.info`. */
export const conversationsInfo: ApiMethod = {
  name: 'conversations.info',
  token: 'bot',
  scopes: READ,
  tier: 'tier3',
  handle: ({ context, args }) => ({
    channel: wireChannel(context.workspace, channelById(context, args.text('channel'))),
  }),
};

const TYPE_NAMES = { public: 'public_channel', private: 'private_channel', im: 'im' } as const;

/** `conversations.list`: public channels unless `types` says otherwise. */
export const conversationsList: ApiMethod = {
  name: 'conversations.list',
  token: 'bot',
  scopes: READ,
  tier: 'tier2',
  handle({ context, args }) {
    const { workspace } = context;
    const asked = args.list('types');
    const types = asked.length === 0 ? ['public_channel'] : asked;
    if (types.some((type) => ![...Object.values(TYPE_NAMES), 'mpim'].includes(type))) {
      throw new ApiError('invalid_types');
    }
    const visible = [...workspace.channels.values()].filter(
      (channel) =>
        types.includes(TYPE_NAMES[channel.kind]) &&
        (channel.kind === 'public' || channel.members.has(workspace.bot.userId)) &&
        !(channel.archived && args.flag('exclude_archived')),
    );
    const channels = visible.map((channel) => wireChannel(workspace, channel));
    return pageMembers('channels', pageOf(channels, args, DEFAULT_LIMIT));
  },
};

/** `conversations.members`. */
export const conversationsMembers: ApiMethod = {
  name: 'conversations.members',
  token: 'bot',
  scopes: READ,
  tier: 'tier4',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    return pageMembers('members', pageOf([...channel.members], args, DEFAULT_LIMIT));
  },
};

function shown(context: SandboxContext, channel: Channel, messages: readonly Message[], args: Args) {
  const metadata = args.flag('include_all_metadata');
  return messages.map((message) => wireMessage(context.workspace, channel, message, { metadata }));
}

/** Whether more follows, and the cursor only when it does. */
function continuation({ response_metadata }: Page<Message>) {
  const more = response_metadata.next_cursor !== '';
  return { has_more: more, ...(more ? { response_metadata } : {}) };
}

/** `conversations.history`: newest first, without replies that were not broadcast and without ephemerals. */
export const conversationsHistory: ApiMethod = {
  name: 'conversations.history',
  token: 'bot',
  scopes: HISTORY,
  tier: 'tier3',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    requireMember(context, channel);
    const top = channel.messages.filter(
      (message) =>
        message.ephemeral_to === undefined &&
        (message.thread_ts === undefined || message.reply_broadcast === true),
    );
    const newestFirst = withinTimes(top, args).reverse();
    const page = pageOf(newestFirst, args, DEFAULT_LIMIT);
    return {
      messages: shown(context, channel, page.items, args),
      pin_count: channel.messages.filter((message) => message.pinned === true).length,
      ...continuation(page),
    };
  },
};

/** `conversations.replies`: the parent, then the replies, oldest first. */
export const conversationsReplies: ApiMethod = {
  name: 'conversations.replies',
  token: 'bot',
  scopes: HISTORY,
  tier: 'tier3',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    requireMember(context, channel);
    const parent = channel.messages.find((message) => message.ts === args.text('ts'));
    if (parent === undefined) throw new ApiError('thread_not_found');
    const first = messageByTs(channel, parent.thread_ts ?? parent.ts);
    const page = pageOf(withinTimes(repliesOf(channel, first.ts), args), args, MAX_REPLIES);
    return { messages: shown(context, channel, [first, ...page.items], args), ...continuation(page) };
  },
};

const MAX_REPLIES = 1000;
