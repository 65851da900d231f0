import type { SandboxContext } from '../../context.ts';
import type { Channel } from '../../workspace/model.ts';
import { wireChannel } from '../../workspace/wire.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { channelById, requireMember } from '../lookups.ts';

const MANAGE = ['channels:manage', 'groups:write', 'im:write', 'mpim:write'];
const MAX_NAME = 80;
const MAX_TOPIC = 250;
const MAX_INVITED = 100;

function shown({ workspace }: SandboxContext, channel: Channel) {
  return { channel: wireChannel(workspace, channel) };
}

/** The channel that is named, which the bot is in and nobody archived. */
function ownChannel(context: SandboxContext, args: Args): Channel {
  const channel = channelById(context, args.text('channel'));
  if (channel.archived) throw new ApiError('is_archived');
  requireMember(context, channel);
  return channel;
}

function checkName(name: string | undefined): string {
  if (name === undefined) throw new ApiError('invalid_name_required');
  if (name.length > MAX_NAME) throw new ApiError('invalid_name_maxlength');
  if (/^[\p{P}]+$/u.test(name)) throw new ApiError('invalid_name_punctuation');
  if (!/^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name)) throw new ApiError('invalid_name_specials');
  return name;
}

function addMember(context: SandboxContext, channel: Channel, userId: string, inviter?: string): void {
  const { workspace, events } = context;
  channel.members.add(userId);
  workspace.changes.touch();
  events.send({
    type: 'member_joined_channel',
    user: userId,
    channel: channel.id,
    channel_type: channel.kind === 'private' ? 'G' : 'C',
    team: workspace.team.id,
    ...(inviter === undefined ? {} : { inviter }),
    event_ts: (workspace.now() / 1000).toFixed(6),
  });
}

/** `conversations.create`: the bot is the first member. */
export const conversationsCreate: ApiMethod = {
  name: 'conversations.create',
  token: 'bot',
  scopes: MANAGE,
  tier: 'tier2',
  handle({ context, args }) {
    const { workspace } = context;
    const name = checkName(args.text('name'));
    if ([...workspace.channels.values()].some((channel) => channel.name === name)) {
      throw new ApiError('name_taken');
    }
    const kind = args.flag('is_private') ? 'private' : 'public';
    const creator = workspace.bot.userId;
    const channel = workspace.addChannel({ id: workspace.ids.next('C'), name, kind, creator }, []);
    addMember(context, channel, creator);
    return shown(context, channel);
  },
};

function inviteProblem(context: SandboxContext, channel: Channel, id: string): string | undefined {
  if (id === context.workspace.bot.userId) return 'cant_invite_self';
  if (!context.workspace.users.has(id)) return 'user_not_found';
  return channel.members.has(id) ? 'already_in_channel' : undefined;
}

/** `conversations.invite`: up to 100 users; if one cannot be invited none is, unless `force`. */
export const conversationsInvite: ApiMethod = {
  name: 'conversations.invite',
  token: 'bot',
  scopes: MANAGE,
  tier: 'tier3',
  handle({ context, args }) {
    const channel = ownChannel(context, args);
    const users = args.list('users');
    if (users.length === 0) throw new ApiError('no_user');
    if (users.length > MAX_INVITED) throw new ApiError('too_many_users');
    const problems = users
      .map((user) => ({ user, ok: false, error: inviteProblem(context, channel, user) }))
      .filter(({ error }) => error !== undefined);
    const first = problems[0]?.error;
    if (first !== undefined && !args.flag('force')) throw new ApiError(first, { errors: problems });
    const wrong = new Set(problems.map(({ user }) => user));
    for (const user of users) {
      if (!wrong.has(user)) addMember(context, channel, user, context.workspace.bot.userId);
    }
    return shown(context, channel);
  },
};

/** `conversations.join`: public channels only; joining again is fine. */
export const conversationsJoin: ApiMethod = {
  name: 'conversations.join',
  token: 'bot',
  scopes: ['channels:join'],
  tier: 'tier3',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    if (channel.archived) throw new ApiError('is_archived');
    if (channel.kind !== 'public') throw new ApiError('method_not_supported_for_channel_type');
    const { userId } = context.workspace.bot;
    if (channel.members.has(userId)) return { ...shown(context, channel), warning: 'already_in_channel' };
    addMember(context, channel, userId);
    return shown(context, channel);
  },
};

/** `conversations.open`: the direct conversation with one user. Group conversations are not part of the sandbox. */
export const conversationsOpen: ApiMethod = {
  name: 'conversations.open',
  token: 'bot',
  scopes: ['im:write', 'mpim:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const { workspace } = context;
    const [user, ...others] = args.list('users');
    if (user === undefined) throw new ApiError('users_list_not_supplied');
    if (!workspace.users.has(user)) throw new ApiError('user_not_found');
    if (others.length > 0) throw new ApiError('too_many_users');
    const known = [...workspace.channels.values()].some((one) => one.kind === 'im' && one.members.has(user));
    const channel = workspace.directChannel(user);
    if (args.flag('return_im')) return shown(context, channel);
    return { channel: { id: channel.id }, ...(known ? { no_op: true, already_open: true } : {}) };
  },
};

/** `conversations.setTopic`: at most 250 characters. */
export const conversationsSetTopic: ApiMethod = {
  name: 'conversations.setTopic',
  token: 'bot',
  scopes: [...MANAGE, 'channels:write.topic'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = ownChannel(context, args);
    const topic = args.text('topic') ?? '';
    if (topic.length > MAX_TOPIC) throw new ApiError('too_long');
    channel.topic = topic;
    context.workspace.changes.touch();
    return shown(context, channel);
  },
};

/** `conversations.archive`. */
export const conversationsArchive: ApiMethod = {
  name: 'conversations.archive',
  token: 'bot',
  scopes: MANAGE,
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel'));
    if (channel.kind === 'im') throw new ApiError('method_not_supported_for_channel_type');
    if (channel.archived) throw new ApiError('already_archived');
    requireMember(context, channel);
    channel.archived = true;
    context.workspace.changes.touch();
    return {};
  },
};
