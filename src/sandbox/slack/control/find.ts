import { findElement } from '../block-kit/walk.ts';
import type { SandboxContext } from '../context.ts';
import { type ActedElement, chosenState } from '../interactivity/actions.ts';
import type { JsonObject } from '../json.ts';
import type { Channel, Message, User, View } from '../workspace/model.ts';
import { ControlError } from './control-error.ts';

/** The acting user, else a refusal. */
export function actingUser({ workspace }: SandboxContext, id: string): User {
  const user = workspace.users.get(id);
  if (user === undefined)
    throw new ControlError(404, `There is no user ${id}. Use an id of /_sandbox/state.`);
  return user;
}

/** The channel with this id, else a refusal. */
function anyChannel({ workspace }: SandboxContext, id: string): Channel {
  const channel = workspace.channels.get(id);
  if (channel === undefined) {
    throw new ControlError(404, `There is no channel ${id}. Use an id of /_sandbox/state.`);
  }
  return channel;
}

/** The channel with this id, which the user must be in. */
export function channelOfMember(context: SandboxContext, id: string, user: User): Channel {
  const channel = anyChannel(context, id);
  if (channel.members.has(user.id)) return channel;
  throw new ControlError(403, `${user.name} is not in #${channel.name}. Act as one of its members.`);
}

/** The message with this `ts` that the user sees, else a refusal. */
export function visibleMessage(channel: Channel, ts: string, user: User): Message {
  const message = channel.messages.find(
    (one) => one.ts === ts && (one.ephemeral_to === undefined || one.ephemeral_to === user.id),
  );
  if (message === undefined) {
    throw new ControlError(404, `${user.name} sees no message ${ts} in #${channel.name}. It may be deleted.`);
  }
  return message;
}

/** The open view with this id of this user, else a refusal. */
export function openViewOf({ workspace }: SandboxContext, id: string, user: User): View {
  const view = workspace.findView(id);
  if (view?.userId !== user.id)
    throw new ControlError(409, `${user.name} has no open view ${id}. Open it anew.`);
  return view;
}

/** The element that blocks show now, with what the user gave; else a refusal. */
export function actedElement(
  blocks: readonly JsonObject[],
  blockId: string,
  actionId: string,
  given: JsonObject,
): ActedElement {
  const placed = findElement(blocks, blockId, actionId);
  if (placed === undefined) {
    throw new ControlError(409, `There is no element ${actionId} in block ${blockId} any more. Look again.`);
  }
  const state = chosenState(placed.element, given);
  if (state === undefined) {
    throw new ControlError(409, `Element ${actionId} does not offer that option any more. Look again.`);
  }
  return { ...placed, state };
}
