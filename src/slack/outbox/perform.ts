import type { FirebreakError } from '../../domain/errors.ts';
import type { ChatMessage } from '../../ports/state.ts';
import { slackFault } from '../app/slack-fault.ts';
import { reachOf, refusedPlaces, whyUnanswered } from '../app/why-unanswered.ts';
import { type CallResult, call } from './call.ts';
import { findPosted, METADATA_TYPE } from './find-posted.ts';
import type { DesiredMessage } from './messages-of.ts';
import { isFresh } from './news.ts';
import type { OutboxAction } from './next-actions.ts';
import { newNonce } from './nonce.ts';
import { postAllAnew, postAnew } from './post-anew.ts';
import { REFUSED_BLOCKS, reduced } from './reduced.ts';
import { channelOf } from './routed-channel.ts';
import type { OutboxTools } from './tools.ts';

/** An incident, since when there is something to tell of it (ISO 8601), and the id of the channel. */
export interface Place {
  readonly id: string;
  readonly openedAt: string;
  readonly channel: string;
  /** Whether this process is still the one that draws it. Asks the state database, also when nothing was heard of a loss. */
  readonly isOurs: () => Promise<boolean>;
}

/** What became of an action. */
export type Performed =
  | { readonly status: 'done' }
  /** Slack takes no more calls of this kind for a while. */
  | { readonly status: 'limited'; readonly retryAfterMs: number }
  /** Slack did not answer. */
  | { readonly status: 'unknown' }
  /** Not known yet; to be looked at again after this many milliseconds. */
  | { readonly status: 'later'; readonly ms: number }
  | { readonly status: 'refused'; readonly fault: FirebreakError };

const DONE: Performed = { status: 'done' };
/** A deleted parent that has replies stays as a note of Slack itself, which nobody can update. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'thread_not_found']);

/** Does one action, which is one call of Slack in the ordinary case. Throws what the state throws. */
export function perform(tools: OutboxTools, incident: Place, action: OutboxAction): Promise<Performed> {
  switch (action.do) {
    case 'post':
      return post(tools, incident, action);
    case 'find':
      return find(tools, incident.openedAt, action);
    case 'update':
      return update(tools, incident.id, action);
  }
}

type Action<K extends OutboxAction['do']> = Extract<OutboxAction, { do: K }>;

async function post(tools: OutboxTools, place: Place, action: Action<'post'>): Promise<Performed> {
  const incidentId = place.id;
  const { message, parent } = action;
  const row = await writtenDown(tools, place, action);
  // What took long to be written down may be for another process to post by now.
  if (row === null || !(isFresh(row, tools.clock) || (await place.isOurs()))) return DONE;
  const { nonce } = row;
  const thread = parent?.ts ?? null;
  const sent = await withReducedBlocks(tools, { message, row }, (shown) =>
    tools.client.chat.postMessage({
      channel: row.channel,
      text: shown.text,
      blocks: [...shown.blocks],
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: METADATA_TYPE,
        event_payload: { incident: incidentId, key: message.key, nonce },
      },
      ...(thread === null ? {} : replyTo(thread, message)),
    }),
  );
  if (sent.status === 'ok' && sent.value.ts !== undefined) {
    const posted = { ...row, ts: sent.value.ts, contentHash: message.contentHash };
    if (!(await tools.messages.replace(posted, row))) await takeBack(tools, posted);
    return DONE;
  }
  const reach = sent.status === 'unknown' ? reachOf(sent.error) : sent.status === 'ok' ? 'over' : 'cannot';
  if (reach === 'cannot') tools.unsent.add(nonce);
  if (reach === 'maybe') tools.searches.expect(nonce);
  if (reach === 'over') tools.searches.over(nonce);
  if (sent.status === 'refused' && GONE.has(sent.code)) return await rebuild(tools, incidentId);
  if (withoutPicture(tools, sent, message, incidentId)) return DONE;
  return left(tools, sent, 'chat.postMessage');
}

/** It came so late that another process did not find it and posted the message anew. */
async function takeBack(
  { client, logger }: OutboxTools,
  { incidentId, key, channel, ts }: ChatMessage & { readonly ts: string },
): Promise<void> {
  const taken = await call(() => client.chat.delete({ channel, ts }));
  logger.warn(
    { incident: incidentId, key, ts, deleted: taken.status === 'ok' },
    'A post came late, and another process had posted the message meanwhile; it is taken back',
  );
}

/** Only a reply can be shown to the channel too; an update leaves that as it is. */
function replyTo(
  thread: string,
  { broadcast }: DesiredMessage,
): { thread_ts: string } | { thread_ts: string; reply_broadcast: true } {
  return broadcast === true ? { thread_ts: thread, reply_broadcast: true } : { thread_ts: thread };
}

/**
 * The row of a post that is about to be sent. The name of an earlier try is given up with it, as the new one tells when
 * this try was made, unless it was written down just now. Null when another process has written its own.
 */
async function writtenDown(
  tools: OutboxTools,
  { id: incidentId, channel: wanted }: Place,
  action: Action<'post'>,
): Promise<ChatMessage | null> {
  const { message, row: earlier } = action;
  const channel = channelOf(action, wanted);
  const isReserved = earlier !== null && earlier.channel === channel && isFresh(earlier, tools.clock);
  const row: ChatMessage = isReserved
    ? earlier
    : {
        incidentId,
        key: message.key,
        channel,
        ts: null,
        nonce: newNonce(tools.clock.now()),
        contentHash: '',
      };
  const isWritten = isReserved || (await tools.messages.replace(row, earlier));
  if (earlier !== null) tools.unsent.delete(earlier.nonce);
  return isWritten ? row : null;
}

/** Reads one page of where the message must be; the search goes on with the next action. */
async function find(tools: OutboxTools, since: string, action: Action<'find'>): Promise<Performed> {
  const { row, parent } = action;
  const { nonce } = row;
  const place = { channel: row.channel, thread: parent?.ts ?? null, since };
  const looked = await call(async () =>
    findPosted(tools.client, place, nonce, await tools.botUserId(), tools.searches.cursor(nonce)),
  );
  if (looked.status === 'refused' && GONE.has(looked.code)) return await rebuild(tools, row.incidentId);
  if (looked.status === 'refused') tools.searches.forget(nonce);
  if (looked.status !== 'ok')
    return left(tools, looked, place.thread === null ? 'conversations.history' : 'conversations.replies');
  const [first, ...twins] = looked.value.found;
  if (first === undefined) {
    const again = tools.searches.notOn(nonce, looked.value.next);
    if (again === 'not-posted') tools.unsent.add(nonce);
    return again === 'not-posted' || again === 'next-page' ? DONE : { status: 'later', ms: again.laterMs };
  }
  tools.searches.forget(nonce);
  for (const ts of twins) await call(() => tools.client.chat.delete({ channel: row.channel, ts }));
  await tools.messages.replace({ ...row, ts: first }, row);
  return DONE;
}

async function update(tools: OutboxTools, incidentId: string, action: Action<'update'>): Promise<Performed> {
  const { message, row, ts } = action;
  const sent = await withReducedBlocks(tools, { message, row }, (shown) =>
    tools.client.chat.update({ channel: row.channel, ts, text: shown.text, blocks: [...shown.blocks] }),
  );
  if (sent.status === 'ok') {
    await tools.messages.replace({ ...row, contentHash: message.contentHash }, row);
    return DONE;
  }
  if (sent.status === 'refused' && GONE.has(sent.code)) {
    if (message.key === 'parent') return await rebuild(tools, incidentId);
    await postAnew(tools, [row]);
    return DONE;
  }
  if (withoutPicture(tools, sent, message, incidentId)) return DONE;
  return left(tools, sent, 'chat.update');
}

/** Whether a picture is why Slack refused the message; it is drawn again at once, without it. */
function withoutPicture(
  tools: OutboxTools,
  sent: CallResult<unknown>,
  { picture }: DesiredMessage,
  incidentId: string,
): boolean {
  if (picture === null || sent.status !== 'refused' || !REFUSED_BLOCKS.has(sent.code)) return false;
  tools.pictureRefused(picture, incidentId);
  return true;
}

/**
 * Sends again in a plainer form when Slack refuses what a message is made of. That is a defect of Firebreak: it is logged
 * as one, with the place that Slack names and without anything of the content.
 */
async function withReducedBlocks<T>(
  { logger }: OutboxTools,
  { message, row }: Pick<Action<'update'>, 'message'> & { readonly row: Pick<ChatMessage, 'incidentId'> },
  send: (shown: DesiredMessage) => Promise<T>,
): Promise<CallResult<T>> {
  let sent = await call(() => send(message));
  // Drawn again without its picture, which may be the reason.
  if (message.picture !== null) return sent;
  for (const plainer of reduced(message)) {
    if (sent.status !== 'refused' || !REFUSED_BLOCKS.has(sent.code)) return sent;
    const { code, error } = sent;
    const places = refusedPlaces(error);
    logger.error(
      { incident: row.incidentId, key: message.key, code, places },
      'Slack refused a message, which is a defect of Firebreak; a plainer one takes its place',
    );
    sent = await call(() => send(plainer));
  }
  return sent;
}

/** What is left of a result that is not dealt with. */
function left(tools: OutboxTools, result: CallResult<unknown>, method: string): Performed {
  if (result.status === 'limited') return result;
  if (result.status === 'refused') return { status: 'refused', fault: slackFault(result.error, method) };
  if (result.status === 'unknown') {
    const why = whyUnanswered(result.error);
    tools.logger.debug({ method, why }, 'Slack did not answer; what it did will be looked up');
  }
  return { status: 'unknown' };
}

/** Somebody deleted the parent: the whole thread is posted anew below a new parent. */
async function rebuild(tools: OutboxTools, incidentId: string): Promise<Performed> {
  tools.logger.warn(
    { incident: incidentId },
    'The messages of an incident were deleted and are posted again',
  );
  await postAllAnew(tools, incidentId);
  return DONE;
}
