import { z } from 'zod';
import type { Fetch } from '../../ports/http.ts';
import type { ListenerContext } from './context.ts';
import { say } from './say.ts';

/** Where somebody can be answered so that only they see it. */
export const Whereabouts = z.object({
  user: z.string(),
  channel: z.string().nullable(),
  /** Timestamp of the parent of the thread, or null. */
  thread: z.string().nullable(),
  /** Valid for 30 minutes and 5 uses. */
  responseUrl: z.string().nullable(),
});
export type Whereabouts = z.infer<typeof Whereabouts>;

/** Milliseconds for one post to a response_url. */
const RESPOND_MS = 5000;

/**
 * Tells one person something: as an ephemeral message, and by the response_url where that is refused, because
 * Slack shows ephemeral messages to members of the channel only. Throws nothing: telling decides nothing.
 */
export async function tell(
  { client, fetch, logger }: Pick<ListenerContext, 'client' | 'fetch' | 'logger'>,
  to: Whereabouts,
  sentence: string,
): Promise<void> {
  const message = say(sentence);
  try {
    if (to.channel === null) throw new Error('There is no channel to answer in.');
    const thread = to.thread === null ? {} : { thread_ts: to.thread };
    await client.chat.postEphemeral({ channel: to.channel, user: to.user, ...message, ...thread });
  } catch (error) {
    if (to.responseUrl === null) {
      logger.warn({ err: error, user: to.user }, 'Somebody could not be answered');
      return;
    }
    await respond(fetch, to.responseUrl, message).catch((second: unknown) => {
      logger.warn({ err: second, user: to.user }, 'Somebody could not be answered');
    });
  }
}

async function respond(fetch: Fetch, url: string, message: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...message, response_type: 'ephemeral', replace_original: false }),
    signal: AbortSignal.timeout(RESPOND_MS),
  });
  if (!response.ok) throw new Error(`The response_url answered ${response.status}.`);
}
