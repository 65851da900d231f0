import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import { stateValues } from '../interactivity/state-values.ts';
import { stackOf } from '../interactivity/view-stack.ts';
import { type JsonObject, objectsOf } from '../json.ts';
import type { Channel, Message, StateValues, View } from '../workspace/model.ts';
import { wireMessage, wireView } from '../workspace/wire.ts';
import { route } from './control-route.ts';

/** The choices of one user, or of all of them with the later users' on top. */
function selectionsOf(message: Message, userId: string | undefined): StateValues {
  if (userId !== undefined) return message.selections.get(userId) ?? {};
  const merged: StateValues = {};
  for (const values of message.selections.values()) {
    for (const [block, actions] of Object.entries(values)) merged[block] = { ...merged[block], ...actions };
  }
  return merged;
}

function shownMessage(
  context: SandboxContext,
  channel: Channel,
  message: Message,
  userId?: string,
): JsonObject {
  return {
    ...wireMessage(context.workspace, channel, message, { metadata: true }),
    ...(message.thread_ts === undefined ? { thread_ts: undefined } : {}),
    reply_broadcast: message.reply_broadcast,
    ephemeral_to: message.ephemeral_to,
    pending: message.pending,
    selections: selectionsOf(message, userId),
  };
}

function shownChannel(context: SandboxContext, channel: Channel, userId?: string): JsonObject {
  return {
    id: channel.id,
    name: channel.name,
    is_im: channel.kind === 'im',
    is_archived: channel.archived,
    topic: channel.topic,
    members: [...channel.members],
    bookmarks: channel.bookmarks,
    messages: channel.messages.map((message) => shownMessage(context, channel, message, userId)),
  };
}

/** A view with the state of its elements. */
export function shownView({ workspace }: SandboxContext, view: View): JsonObject {
  return wireView(workspace, view, stateValues(objectsOf(view.content.blocks), view.selections));
}

/** The open modals of a user as the page shows them. */
export function shownStack(context: SandboxContext, userId: string): JsonObject[] {
  return stackOf(context.workspace, userId).map((view) => shownView(context, view));
}

function shownUsers({ workspace }: SandboxContext): JsonObject[] {
  return [...workspace.users.values()].map((user) => ({
    id: user.id,
    name: user.name,
    real_name: user.realName,
    color: user.color,
    is_bot: user.isBot,
    team_id: user.teamId,
  }));
}

/** All that the page shows, with the selections of this user or of everybody. */
export function workspaceState(context: SandboxContext, user?: string): JsonObject {
  const { workspace, manifest } = context;
  const people = [...workspace.users.values()].filter((one) => !one.isBot);
  const homes = people.map(({ id }) => {
    const view = workspace.homes.get(id);
    return [id, view === undefined ? null : shownView(context, view)];
  });
  return {
    version: workspace.changes.version,
    team: workspace.team,
    bot: workspace.bot,
    commands: manifest.features.slash_commands,
    shortcuts: manifest.features.shortcuts,
    users: shownUsers(context),
    channels: [...workspace.channels.values()].map((channel) => shownChannel(context, channel, user)),
    homes: Object.fromEntries(homes),
    link: { mode: context.mode(), connections: context.sockets.connections },
  };
}

/** `GET /_sandbox/state`: all that the page shows; `?user=` limits the selections to that user's. */
export const state = route(
  'GET',
  'state',
  z.looseObject({ user: z.string().optional() }),
  (context, { user }) => workspaceState(context, user),
);

/** `GET /_sandbox/views?user=U`: the open modals of a user. */
export const views = route('GET', 'views', z.looseObject({ user: z.string() }), (context, { user }) => ({
  stack: shownStack(context, user),
}));

/** `GET /_sandbox/log`: the Web API calls received. */
export const log = route('GET', 'log', z.looseObject({}), (context) => context.calls.list());
