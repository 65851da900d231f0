import type { JsonObject } from '../json.ts';
import type { Channel, Message, User, View } from './model.ts';
import { repliesOf, type Workspace } from './workspace.ts';

/** The app's own profile, which accompanies its messages. */
function botProfile({ bot, team }: Workspace): JsonObject {
  return { id: bot.botId, app_id: bot.appId, name: bot.name, deleted: false, updated: 0, team_id: team.id };
}

function threadMembers(channel: Channel, message: Message): JsonObject {
  const replies = repliesOf(channel, message.ts);
  if (message.thread_ts !== undefined || replies.length === 0) return {};
  const users = [...new Set(replies.map((reply) => reply.user ?? ''))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
  };
}

/** A message as the Web API and the events show it. Metadata is shown only to those who ask for it. */
export function wireMessage(
  workspace: Workspace,
  channel: Channel,
  message: Message,
  options: { metadata: boolean },
): JsonObject {
  const {
    pending: _pending,
    selections: _selections,
    ephemeral_to: _to,
    pinned,
    reactions,
    ...rest
  } = message;
  const { metadata, reply_broadcast, ...shown } = rest;
  return {
    type: 'message',
    ...shown,
    ...(reply_broadcast === true ? { subtype: 'thread_broadcast' } : {}),
    ...threadMembers(channel, message),
    ...(message.bot_id === workspace.bot.botId
      ? { app_id: workspace.bot.appId, bot_profile: botProfile(workspace) }
      : {}),
    ...(reactions === undefined
      ? {}
      : { reactions: reactions.map((one) => ({ ...one, count: one.users.length })) }),
    ...(pinned === true ? { pinned_to: [channel.id] } : {}),
    ...(options.metadata && metadata !== undefined ? { metadata } : {}),
    team: workspace.team.id,
  };
}

/** A user as `users.info` shows it. */
export function wireUser(user: User): JsonObject {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    real_name: user.realName,
    color: user.color,
    deleted: false,
    is_bot: user.isBot,
    is_restricted: user.isGuest === true,
    is_ultra_restricted: false,
    is_app_user: false,
    tz: 'UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    updated: 0,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      email: emailOf(user),
      team: user.teamId,
    },
  };
}

/** The address of a user: the name at the reserved domain example.com (RFC 2606). */
export function emailOf(user: User): string {
  return `${user.name}@example.com`;
}

/** A conversation as `conversations.info` shows it. */
export function wireChannel(workspace: Workspace, channel: Channel): JsonObject {
  const isIm = channel.kind === 'im';
  const person = [...channel.members].find((id) => id !== workspace.bot.userId);
  return {
    id: channel.id,
    ...(isIm ? { user: person, is_open: true } : { name: channel.name, name_normalized: channel.name }),
    is_channel: channel.kind === 'public',
    is_group: false,
    is_im: isIm,
    is_mpim: false,
    is_private: channel.kind !== 'public',
    is_archived: channel.archived,
    is_member: channel.members.has(workspace.bot.userId),
    is_general: false,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    created: channel.created,
    creator: channel.creator,
    context_team_id: workspace.team.id,
    num_members: channel.members.size,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}

/** A view as the Web API and the interaction payloads show it, with the given state. */
export function wireView(workspace: Workspace, view: View, values: JsonObject): JsonObject {
  const { team, bot } = workspace;
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    private_metadata: '',
    callback_id: '',
    title: { type: 'plain_text', text: 'View Title', emoji: true },
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    ...view.content,
    state: { values },
    hash: view.hash,
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: bot.appId,
    external_id: view.externalId,
    app_installed_team_id: team.id,
    bot_id: bot.botId,
  };
}
