import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import type { DeliveryVerdict } from '../delivery/delivery.ts';
import { keepChoice, messageActionPayload } from '../interactivity/actions.ts';
import type { JsonObject } from '../json.ts';
import type { Message, PendingAction } from '../workspace/model.ts';
import { ControlError } from './control-error.ts';
import { route } from './control-route.ts';
import { actedElement, actingUser, channelOfMember, visibleMessage } from './find.ts';

const input = z.looseObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  block_id: z.string(),
  action_id: z.string(),
  /** How often the same click is delivered at once, as a proxy or a network may do. */
  deliveries: z.int().min(1).max(10).default(1),
  /** Number of the connection that gets it first, the next ones get the repetitions; else in turn. */
  connection: z.int().min(0).optional(),
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

/** Delivers the same payload so many times at once; the first acknowledgement is the one that counts. */
export async function deliver(
  context: SandboxContext,
  payload: JsonObject,
  times: number,
  connection?: number,
): Promise<DeliveryVerdict> {
  const deliveries = Array.from({ length: times }, (_, index) =>
    context.delivery().deliver({
      type: 'interactive',
      payload,
      ...(connection === undefined ? {} : { connection: connection + index }),
    }),
  );
  const verdicts = await Promise.all(deliveries);
  const [first = { verdict: 'failed', ms: 0 }] = verdicts;
  return verdicts.find(({ verdict }) => verdict === 'acked') ?? first;
}

/** `POST /_sandbox/action`: a click or choice on a message. Answers with `click`, by which it can be replayed. */
export const action = route('POST', 'action', input, async (context, given) => {
  const {
    user: userId,
    channel: channelId,
    ts,
    block_id,
    action_id,
    deliveries,
    connection,
    ...chosen
  } = given;
  const user = actingUser(context, userId);
  const channel = channelOfMember(context, channelId, user);
  const message = visibleMessage(channel, ts, user);
  const acted = actedElement(message.blocks ?? [], block_id, action_id, chosen);
  const before = message.selections.get(user.id) ?? {};
  message.selections.set(user.id, keepChoice(before, block_id, action_id, acted.state));
  const payload = messageActionPayload(context, user, channel, message, acted);
  const since = context.workspace.now();
  const pending: PendingAction = { action_id, block_id, user: user.id, since, verdict: 'waiting' };
  const click = context.clicks.keep(payload);
  const told = await tracked(context, message, pending, deliver(context, payload, deliveries, connection));
  return { ...told, click };
});

const again = z.strictObject({ click: z.string(), connection: z.int().min(0).optional() });

/** `POST /_sandbox/replay`: delivers an earlier click once more, as it was: same payload, same action_ts. */
export const replay = route('POST', 'replay', again, async (context, given) => {
  const payload = context.clicks.find(given.click);
  if (payload === undefined) throw new ControlError(404, `There was no click ${given.click}.`);
  return toldVerdict(await deliver(context, payload, 1, given.connection));
});
