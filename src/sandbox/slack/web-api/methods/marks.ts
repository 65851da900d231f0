import { LIMITS } from '../../block-kit/limits.ts';
import type { Bookmark, Channel } from '../../workspace/model.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { channelById, messageByTs, requireMember } from '../lookups.ts';

function reactionName(args: Args): string {
  const name = args.required('name', 'invalid_name').replaceAll(':', '');
  if (!/^[\w+'-]+(::skin-tone-\d)?$/.test(name)) throw new ApiError('invalid_name');
  return name;
}

/** `reactions.add`, as the bot. */
export const reactionsAdd: ApiMethod = {
  name: 'reactions.add',
  token: 'bot',
  scopes: ['reactions:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    if (channel.archived) throw new ApiError('is_archived');
    const message = messageByTs(channel, args.required('timestamp', 'no_item_specified'));
    const name = reactionName(args);
    const bot = context.workspace.bot.userId;
    const reactions = message.reactions ?? [];
    const present = reactions.find((reaction) => reaction.name === name);
    if (present?.users.includes(bot) === true) throw new ApiError('already_reacted');
    if (present === undefined) message.reactions = [...reactions, { name, users: [bot] }];
    else present.users.push(bot);
    context.workspace.changes.touch();
    return {};
  },
};

/** `reactions.remove`: the bot's own. */
export const reactionsRemove: ApiMethod = {
  name: 'reactions.remove',
  token: 'bot',
  scopes: ['reactions:write'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    const message = messageByTs(channel, args.required('timestamp', 'no_item_specified'));
    const name = reactionName(args);
    const bot = context.workspace.bot.userId;
    const present = message.reactions?.find((reaction) => reaction.name === name);
    if (present?.users.includes(bot) !== true) throw new ApiError('no_reaction');
    present.users = present.users.filter((user) => user !== bot);
    message.reactions = (message.reactions ?? []).filter((reaction) => reaction.users.length > 0);
    context.workspace.changes.touch();
    return {};
  },
};

/** `pins.add`. */
export const pinsAdd: ApiMethod = {
  name: 'pins.add',
  token: 'bot',
  scopes: ['pins:write'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    requireMember(context, channel);
    const message = messageByTs(channel, args.required('timestamp', 'no_item_specified'));
    if (message.pinned === true) throw new ApiError('already_pinned');
    message.pinned = true;
    context.workspace.changes.touch();
    return {};
  },
};

function checkLink(link: string): string {
  if (!URL.canParse(link) || link.length > MAX_LINK) throw new ApiError('invalid_link');
  return link;
}

const MAX_LINK = 2048;
const MAX_BOOKMARKS = 100;

function shownBookmark(channel: Channel, bookmark: Bookmark) {
  return { bookmark: { ...bookmark, channel_id: channel.id, type: 'link' } };
}

/** `bookmarks.add`: links only. */
export const bookmarksAdd: ApiMethod = {
  name: 'bookmarks.add',
  token: 'bot',
  scopes: ['bookmarks:write'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel_id'));
    if (args.text('type') !== 'link') throw new ApiError('invalid_bookmark_type');
    if (channel.bookmarks.length >= MAX_BOOKMARKS) throw new ApiError('too_many_bookmarks');
    const emoji = args.text('emoji');
    const bookmark: Bookmark = {
      id: context.workspace.ids.next('Bk'),
      title: args.required('title').slice(0, LIMITS.sectionText),
      link: checkLink(args.required('link', 'invalid_link')),
      ...(emoji === undefined ? {} : { emoji }),
    };
    channel.bookmarks.push(bookmark);
    context.workspace.changes.touch();
    return shownBookmark(channel, bookmark);
  },
};

/** `bookmarks.edit`. */
export const bookmarksEdit: ApiMethod = {
  name: 'bookmarks.edit',
  token: 'bot',
  scopes: ['bookmarks:write'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel_id'));
    const bookmark = channel.bookmarks.find(({ id }) => id === args.text('bookmark_id'));
    if (bookmark === undefined) throw new ApiError('not_found');
    const link = args.text('link');
    if (link !== undefined) bookmark.link = checkLink(link);
    bookmark.title = args.text('title') ?? bookmark.title;
    const emoji = args.text('emoji');
    if (emoji !== undefined) bookmark.emoji = emoji;
    context.workspace.changes.touch();
    return shownBookmark(channel, bookmark);
  },
};
