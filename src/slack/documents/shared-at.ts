import type { webApi } from '@slack/bolt';
import { z } from 'zod';

const Message = z.object({ ts: z.string(), files: z.array(z.object({ id: z.string() })).optional() });

/** The timestamp of the message that shares a file in a thread; null when there is none. Throws the errors of the SDK. */
export async function sharedAt(
  client: webApi.WebClient,
  { channel, thread }: { readonly channel: string; readonly thread: string },
  fileId: string,
): Promise<string | null> {
  for (let cursor = ''; ; ) {
    const page = { channel, ts: thread, limit: 200, ...(cursor === '' ? {} : { cursor }) };
    const answer = await client.conversations.replies(page);
    const found = (answer.messages ?? [])
      .flatMap((message) => Message.safeParse(message).data ?? [])
      .find(({ files }) => files?.some(({ id }) => id === fileId));
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (found !== undefined) return found.ts;
    if (cursor === '') return null;
  }
}
