import type { webApi } from '@slack/bolt';
import { z } from 'zod';

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

/** Pages of 200 messages that are read at most. */
const MOST_PAGES = 20;
/** The clocks of the state database and of Slack may differ by this much. */
const CLOCK_MARGIN_S = 3600;

/** Where a message must be if it was posted. */
export interface Place {
  readonly channel: string;
  /** Timestamp of the parent, or null for the channel itself. */
  readonly thread: string | null;
  /** ISO 8601: nothing older is looked at. */
  readonly since: string;
}

/**
 * Timestamps of the messages that carry this nonce and that the bot itself posted, oldest first. Slack has no
 * idempotency key; metadata is what a lost answer is found by (docs.slack.dev/messaging/message-metadata).
 * Throws the SDK's errors.
 */
export async function findPosted(
  client: webApi.WebClient,
  place: Place,
  nonce: string,
  botUserId: string,
): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await readPage(client, place, cursor);
    for (const message of answer.messages ?? []) {
      const posted = Posted.safeParse(message);
      if (!posted.success || posted.data.metadata.event_payload.nonce !== nonce) continue;
      if (posted.data.user === botUserId) found.push(posted.data.ts);
    }
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') break;
  }
  return found.sort();
}

async function readPage(
  client: webApi.WebClient,
  { channel, thread, since }: Place,
  cursor: string | undefined,
): Promise<webApi.ConversationsHistoryResponse | webApi.ConversationsRepliesResponse> {
  const page = {
    channel,
    limit: 200,
    include_all_metadata: true,
    ...(cursor === undefined ? {} : { cursor }),
  };
  if (thread !== null) return await client.conversations.replies({ ...page, ts: thread });
  const oldest = String(Math.floor(Date.parse(since) / 1000) - CLOCK_MARGIN_S);
  return await client.conversations.history({ ...page, oldest });
}
