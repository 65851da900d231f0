import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import type { JsonObject } from '../json.ts';
import { ApiError } from '../web-api/api-error.ts';
import { Args } from '../web-api/args.ts';
import { readContent } from '../web-api/message-content.ts';
import type { Channel, Message, User } from '../workspace/model.ts';
import { wireMessage } from '../workspace/wire.ts';
import { findMessage, type NewMessage } from '../workspace/workspace.ts';
import { ControlError } from './control-error.ts';
import { route } from './control-route.ts';
import { actingUser, channelOfMember, visibleMessage } from './find.ts';
import { shownView } from './state.ts';

const posted = z.looseObject({
  user: z.string(),
  channel: z.string(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  /** Set when another app's bot posts. */
  bot_id: z.string().optional(),
});

function sendMessageEvents(context: SandboxContext, channel: Channel, message: Message): void {
  const { workspace, events } = context;
  if (!channel.members.has(workspace.bot.userId)) return;
  const shown = wireMessage(workspace, channel, message, { metadata: false });
  const event = { ...shown, channel: channel.id, event_ts: message.ts };
  if (channel.kind === 'im') {
    events.send({ ...event, channel_type: 'im' }, 'message.im');
    return;
  }
  const isPrivate = channel.kind === 'private';
  events.send(
    { ...event, channel_type: isPrivate ? 'group' : 'channel' },
    isPrivate ? 'message.groups' : 'message.channels',
  );
  if (message.text.includes(`<@${workspace.bot.userId}>`)) events.send({ ...event, type: 'app_mention' });
}

function contentOf(given: JsonObject): Pick<NewMessage, 'text' | 'blocks'> {
  try {
    const { text, blocks } = readContent(new Args(given));
    return { text: text ?? '', ...(blocks === undefined ? {} : { blocks }) };
  } catch (error) {
    if (error instanceof ApiError) throw new ControlError(400, `Slack refuses this message: ${error.code}.`);
    throw error;
  }
}

/** `POST /_sandbox/message`: a person, or another app, writes. */
export const message = route('POST', 'message', posted, (context, given) => {
  const user = actingUser(context, given.user);
  const channel = channelOfMember(context, given.channel, user);
  const { thread_ts } = given;
  if (thread_ts !== undefined && findMessage(channel, thread_ts) === undefined) {
    throw new ControlError(404, `There is no message ${thread_ts} to reply to in #${channel.name}.`);
  }
  const added = context.workspace.addMessage(channel, {
    user: user.id,
    ...contentOf(given),
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(given.bot_id === undefined ? {} : { bot_id: given.bot_id, subtype: 'bot_message' }),
  });
  sendMessageEvents(context, channel, added);
  return { ok: true, ts: added.ts };
});

/** `POST /_sandbox/home`: a person opens the Home tab of the app. */
export const home = route('POST', 'home', z.looseObject({ user: z.string() }), (context, given) => {
  const user = actingUser(context, given.user);
  const view = context.workspace.homes.get(user.id);
  const channel = context.workspace.directChannel(user.id);
  context.events.send({
    type: 'app_home_opened',
    user: user.id,
    channel: channel.id,
    tab: 'home',
    event_ts: (context.workspace.now() / 1000).toFixed(6),
    ...(view === undefined ? {} : { view: shownView(context, view) }),
  });
  return { ok: true };
});

const reacted = z.looseObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  name: z.string().min(1),
});

/** `POST /_sandbox/reaction`: a person reacts with an emoji, or takes the same reaction back. */
export const reaction = route('POST', 'reaction', reacted, (context, given) => {
  const user = actingUser(context, given.user);
  const channel = channelOfMember(context, given.channel, user);
  const on = visibleMessage(channel, given.ts, user);
  const added = toggleReaction(on, given.name, user);
  context.workspace.changes.touch();
  if (channel.members.has(context.workspace.bot.userId)) {
    context.events.send({
      type: added ? 'reaction_added' : 'reaction_removed',
      user: user.id,
      reaction: given.name,
      item: { type: 'message', channel: channel.id, ts: on.ts },
      item_user: on.user,
      event_ts: (context.workspace.now() / 1000).toFixed(6),
    });
  }
  return { ok: true, added };
});

/** Adds a user's reaction, or removes it when it is there; tells whether it was added. */
function toggleReaction(on: Message, name: string, user: User): boolean {
  const reactions = on.reactions ?? [];
  const present = reactions.find((one) => one.name === name);
  const had = present?.users.includes(user.id) === true;
  const users = had
    ? (present?.users ?? []).filter((id) => id !== user.id)
    : [...(present?.users ?? []), user.id];
  const others = reactions.filter((one) => one.name !== name);
  on.reactions = users.length === 0 ? others : [...others, { name, users }];
  return !had;
}
