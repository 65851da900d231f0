import { z } from 'zod';
import { suggestionPayload } from '../interactivity/actions.ts';
import { payloadBase, payloadChannel } from '../interactivity/people.ts';
import { isJsonObject } from '../json.ts';
import { wireMessage } from '../workspace/wire.ts';
import { ControlError } from './control-error.ts';
import { route } from './control-route.ts';
import { actingUser, channelOfMember, openViewOf, visibleMessage } from './find.ts';
import { toldVerdict } from './message-action.ts';

const shortcutInput = z.looseObject({
  user: z.string(),
  callback_id: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
});

/** `POST /_sandbox/shortcut`: a global shortcut, or one of a message when channel and ts are given. */
export const shortcut = route('POST', 'shortcut', shortcutInput, async (context, given) => {
  const { workspace } = context;
  const user = actingUser(context, given.user);
  const type = given.ts === undefined ? 'global' : 'message';
  const known = context.manifest.features.shortcuts;
  if (!known.some((one) => one.callback_id === given.callback_id && one.type === type)) {
    throw new ControlError(
      404,
      `${given.callback_id} is not a ${type} shortcut of this app. Add it to the manifest.`,
    );
  }
  const base = {
    ...payloadBase(context, user),
    callback_id: given.callback_id,
    trigger_id: context.triggers.issue({ userId: user.id }),
    action_ts: (workspace.now() / 1000).toFixed(6),
  };
  if (given.ts === undefined) {
    const payload = { type: 'shortcut', ...base };
    return toldVerdict(await context.delivery().deliver({ type: 'interactive', payload }));
  }
  const channel = channelOfMember(context, given.channel ?? '', user);
  const message = visibleMessage(channel, given.ts, user);
  const payload = {
    type: 'message_action',
    ...base,
    message_ts: message.ts,
    channel: payloadChannel(channel),
    message: wireMessage(workspace, channel, message, { metadata: true }),
    response_url: context.responseUrls.issue({
      userId: user.id,
      channelId: channel.id,
      messageTs: message.ts,
    }),
  };
  return toldVerdict(await context.delivery().deliver({ type: 'interactive', payload }));
});

const optionsInput = z.looseObject({
  user: z.string(),
  view_id: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  block_id: z.string(),
  action_id: z.string(),
  value: z.string().default(''),
});

/** `POST /_sandbox/options`: what an external select offers for a typed text. */
export const options = route('POST', 'options', optionsInput, async (context, given) => {
  const user = actingUser(context, given.user);
  const channel =
    given.view_id === undefined ? channelOfMember(context, given.channel ?? '', user) : undefined;
  const place =
    channel === undefined
      ? { view: openViewOf(context, given.view_id ?? '', user) }
      : { channel, message: visibleMessage(channel, given.ts ?? '', user) };
  const { block_id, action_id, value } = given;
  const payload = suggestionPayload(context, user, place, { block_id, action_id, value });
  const delivered = await context.delivery().deliver({ type: 'interactive', payload });
  return { ...toldVerdict(delivered), ...(isJsonObject(delivered.response) ? delivered.response : {}) };
});
