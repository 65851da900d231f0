import type { SandboxContext } from '../context.ts';
import type { JsonObject } from '../json.ts';
import type { Channel, Message, StateValues, User, View } from '../workspace/model.ts';
import { wireMessage, wireView } from '../workspace/wire.ts';
import { payloadBase, payloadChannel } from './people.ts';
import { resolveOptions, stateValues, valueMember } from './state-values.ts';

/** Members of an element that come back with the action. */
const ECHOED = ['text', 'value', 'style', 'url', 'placeholder', 'initial_option', 'initial_options'];

/** What a person did to an element: the member that holds the value, as it goes into the state. */
export function chosenState(element: JsonObject, given: JsonObject): JsonObject | undefined {
  const resolved = resolveOptions(element, given);
  const member = valueMember(element.type);
  if (resolved === undefined) return undefined;
  if (member === undefined) return resolved;
  return { type: element.type, [member]: resolved[member] ?? null };
}

/** Keeps a choice; elements without a value (buttons, overflow menus) keep nothing. */
export function keepChoice(
  values: StateValues,
  blockId: string,
  actionId: string,
  state: JsonObject,
): StateValues {
  if (valueMember(state.type) === undefined) return values;
  return { ...values, [blockId]: { ...values[blockId], [actionId]: state } };
}

/** Slack's time of an action has microseconds, so that two in one millisecond differ. */
function actionTs(nowMs: number, count: number): string {
  return `${(nowMs / 1000).toFixed(3)}${String(count % 1000).padStart(3, '0')}`;
}

/** One entry of `actions`. */
function actionEntry({ workspace }: SandboxContext, { block, element, state }: ActedElement): JsonObject {
  const echoed = ECHOED.filter((name) => element[name] !== undefined);
  return {
    ...Object.fromEntries(echoed.map((name) => [name, element[name]])),
    ...(element.type === 'button' ? {} : state),
    type: element.type,
    action_id: element.action_id,
    block_id: block.block_id,
    action_ts: actionTs(workspace.now(), workspace.ids.number()),
  };
}

/** An element that a person acted on, and how. */
export interface ActedElement {
  block: JsonObject;
  element: JsonObject;
  state: JsonObject;
}

/** The `block_actions` payload of a message's element. An ephemeral message is not shown again, as in Slack. */
export function messageActionPayload(
  context: SandboxContext,
  user: User,
  channel: Channel,
  message: Message,
  acted: ActedElement,
): JsonObject {
  const { workspace } = context;
  const isEphemeral = message.ephemeral_to !== undefined;
  const target = { userId: user.id, channelId: channel.id, messageTs: message.ts };
  const chosen = message.selections.get(user.id) ?? {};
  return {
    type: 'block_actions',
    ...payloadBase(context, user),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    },
    trigger_id: context.triggers.issue({ userId: user.id }),
    channel: payloadChannel(channel),
    ...(isEphemeral ? {} : { message: wireMessage(workspace, channel, message, { metadata: true }) }),
    state: { values: stateValues(message.blocks ?? [], chosen) },
    response_url: context.responseUrls.issue(target),
    actions: [actionEntry(context, acted)],
  };
}

/** The `block_actions` payload of an element of a modal or Home tab. */
export function viewActionPayload(
  context: SandboxContext,
  user: User,
  view: View,
  values: StateValues,
  acted: ActedElement,
): JsonObject {
  return {
    type: 'block_actions',
    ...payloadBase(context, user),
    container: { type: 'view', view_id: view.id },
    trigger_id: context.triggers.issue({ userId: user.id, viewId: view.id }),
    view: wireView(context.workspace, view, values),
    actions: [actionEntry(context, acted)],
  };
}

/** The `block_suggestion` payload of an external select. */
export function suggestionPayload(
  context: SandboxContext,
  user: User,
  place: { view: View } | { channel: Channel; message: Message },
  ids: { block_id: string; action_id: string; value: string },
): JsonObject {
  const { workspace } = context;
  const where =
    'view' in place
      ? {
          container: { type: 'view', view_id: place.view.id },
          view: wireView(workspace, place.view, {}),
        }
      : {
          container: { type: 'message', message_ts: place.message.ts, channel_id: place.channel.id },
          channel: payloadChannel(place.channel),
          message: wireMessage(workspace, place.channel, place.message, { metadata: true }),
        };
  return { type: 'block_suggestion', ...payloadBase(context, user), ...where, ...ids };
}
