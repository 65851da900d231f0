import type { SandboxContext } from '../context.ts';
import type { Channel, Message, User } from '../workspace/model.ts';
import { findMessage } from '../workspace/workspace.ts';
import { ApiError } from './api-error.ts';

/** The channel with this id that the bot may see, else `channel_not_found`. */
export function channelById({ workspace }: SandboxContext, id: string | undefined): Channel {
  const channel = id === undefined ? undefined : workspace.channels.get(id);
  const visible = channel?.kind === 'public' || channel?.members.has(workspace.bot.userId) === true;
  if (channel === undefined || !visible) throw new ApiError('channel_not_found');
  return channel;
}

/** The channel named by an id, a name, or a user (whose direct conversation is then opened). */
export function channelByAnyName(context: SandboxContext, name: string | undefined): Channel {
  const { workspace } = context;
  if (name !== undefined && workspace.users.has(name)) return workspace.directChannel(name);
  const bare = name?.replace(/^#/, '');
  for (const channel of workspace.channels.values()) {
    if (channel.name === bare && channel.kind === 'public') return channel;
  }
  return channelById(context, name);
}

/** Refuses when the bot is not in the channel. */
export function requireMember({ workspace }: SandboxContext, channel: Channel): void {
  if (!channel.members.has(workspace.bot.userId)) throw new ApiError('not_in_channel');
}

/** Refuses when the bot may not write in the channel: it is archived, or the bot is not in it. */
export function requireWritable(context: SandboxContext, channel: Channel): void {
  if (channel.archived) throw new ApiError('is_archived');
  const scopes = context.manifest.oauth_config.scopes.bot;
  if (channel.kind === 'public' && scopes.includes('chat:write.public')) return;
  requireMember(context, channel);
}

/** The message with this `ts` that everybody sees, else `message_not_found`. */
export function messageByTs(channel: Channel, ts: string | undefined): Message {
  const message = ts === undefined ? undefined : findMessage(channel, ts);
  if (message === undefined) throw new ApiError('message_not_found');
  return message;
}

/** The user with this id, else `user_not_found`. */
export function userById({ workspace }: SandboxContext, id: string | undefined): User {
  const user = id === undefined ? undefined : workspace.users.get(id);
  if (user === undefined) throw new ApiError('user_not_found');
  return user;
}
