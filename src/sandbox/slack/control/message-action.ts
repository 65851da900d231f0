import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import type { DeliveryVerdict } from '../delivery/delivery.ts';
import { keepChoice, messageActionPayload } from '../interactivity/actions.ts';
import type { JsonObject } from '../json.ts';
import type { Message, PendingAction } from '../workspace/model.ts';
import { route } from './control-route.ts';
import { actedElement, actingUser, channelOfMember, visibleMessage } from './find.ts';

const input = z.looseObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  block_id: z.string(),
  action_id: z.string(),
});

/** What a person at the page is told of an acknowledgement. */
export function toldVerdict({ verdict, ms, status }: DeliveryVerdict): JsonObject {
  return { ok: verdict === 'acked', verdict, ms, ...(status === undefined ? {} : { status }) };
}

function addPending(message: Message, action: PendingAction): void {
  message.pending = [
    ...message.pending.filter(
      (one) => one.verdict === 'waiting' || one.user !== action.user || one.action_id !== action.action_id,
    ),
    action,
  ];
}

async function tracked(
  context: SandboxContext,
  message: Message,
  action: PendingAction,
  delivered: Promise<DeliveryVerdict>,
): Promise<JsonObject> {
  addPending(message, action);
  context.workspace.changes.touch();
  const verdict = await delivered;
  action.verdict = verdict.verdict === 'acked' ? 'ok' : 'failed';
  context.workspace.changes.touch();
  return toldVerdict(verdict);
}

/** `POST /_sandbox/action`: a click or choice on a message. */
export const action = route('POST', 'action', input, (context, given) => {
  const { user: userId, channel: channelId, ts, block_id, action_id, ...chosen } = given;
  const user = actingUser(context, userId);
  const channel = channelOfMember(context, channelId, user);
  const message = visibleMessage(channel, ts, user);
  const acted = actedElement(message.blocks ?? [], block_id, action_id, chosen);
  const before = message.selections.get(user.id) ?? {};
  message.selections.set(user.id, keepChoice(before, block_id, action_id, acted.state));
  const payload = messageActionPayload(context, user, channel, message, acted);
  const since = context.workspace.now();
  const pending: PendingAction = { action_id, block_id, user: user.id, since, verdict: 'waiting' };
  const delivered = context.delivery().deliver({ type: 'interactive', payload });
  return tracked(context, message, pending, delivered);
});
