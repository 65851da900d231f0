import type { webApi } from '@slack/bolt';
import { z } from 'zod';

const Message = z.object({ files: z.array(z.object({ id: z.string() })).optional() });

/** Whether a file was shared in a thread. Throws the errors of the SDK. */
export async function isInThread(
  client: webApi.WebClient,
  { channel, thread }: { readonly channel: string; readonly thread: string },
  fileId: string,
): Promise<boolean> {
  for (let cursor = ''; ; ) {
    const page = { channel, ts: thread, limit: 200, ...(cursor === '' ? {} : { cursor }) };
    const answer = await client.conversations.replies(page);
    const found = (answer.messages ?? []).some((message) =>
      Message.safeParse(message).data?.files?.some(({ id }) => id === fileId),
    );
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (found || cursor === '') return found;
  }
}
