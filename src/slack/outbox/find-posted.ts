import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import { timeOfNonce } from './nonce.ts';

/** Type of the metadata that every message of Firebreak carries; other apps can read it, so it holds ids only. */
export const METADATA_TYPE = 'firebreak_message';

const Posted = z.object({
  ts: z.string(),
  user: z.string().optional(),
  metadata: z.object({
    event_type: z.literal(METADATA_TYPE),
    event_payload: z.object({ nonce: z.string() }),
  }),
});

/** Seconds by which the nonce may be younger than the post: it is of Slack's clock as far as that was known. */
const CLOCK_MARGIN_S = 3600;

/** Where a message must be if it was posted. */
export interface Place {
  readonly channel: string;
  /** Timestamp of the parent, or null for the channel itself. */
  readonly thread: string | null;
  /** ISO 8601: nothing older is looked at, when the nonce does not tell the time of the first try. */
  readonly since: string;
}

/** One page of a search. */
export interface FoundPage {
  /** Timestamps of the messages that carry the nonce and that the bot itself posted, oldest first. */
  readonly found: readonly string[];
  /** Cursor of the next page, or null when this was the last. */
  readonly next: string | null;
}

/**
 * Reads one page of where a message must be. Slack has no idempotency key; metadata is what a lost answer is found by
 * (docs.slack.dev/messaging/message-metadata). Throws the SDK's errors.
 */
export async function findPosted(
  client: webApi.WebClient,
  place: Place,
  nonce: string,
  botUserId: string,
  cursor: string | null,
): Promise<FoundPage> {
  const answer = await readPage(client, place, nonce, cursor);
  const found = (answer.messages ?? []).flatMap((message) => {
    const posted = Posted.safeParse(message);
    if (!posted.success || posted.data.metadata.event_payload.nonce !== nonce) return [];
    return posted.data.user === botUserId ? [posted.data.ts] : [];
  });
  const next = answer.response_metadata?.next_cursor ?? '';
  return { found: found.sort(), next: next === '' ? null : next };
}

async function readPage(
  client: webApi.WebClient,
  { channel, thread, since }: Place,
  nonce: string,
  cursor: string | null,
): Promise<webApi.ConversationsHistoryResponse | webApi.ConversationsRepliesResponse> {
  const from = timeOfNonce(nonce) ?? Date.parse(since);
  const page = {
    channel,
    limit: 200,
    include_all_metadata: true,
    oldest: String(Math.floor(from / 1000) - CLOCK_MARGIN_S),
    ...(cursor === null ? {} : { cursor }),
  };
  if (thread === null) return await client.conversations.history(page);
  return await client.conversations.replies({ ...page, ts: thread });
}
