import { z } from 'zod';
import type { Fetch } from '../../ports/http.ts';
import { slackErrorCode } from '../app/why-unanswered.ts';
import type { Said } from '../blocks/said.ts';
import { REFUSED_BLOCKS } from '../outbox/reduced.ts';
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

type Tools = Pick<ListenerContext, 'client' | 'fetch' | 'logger'>;

/** Milliseconds for one post to a response_url. */
const RESPOND_MS = 5000;

/** Tells one person a sentence, as `tellMessage` does. */
export async function tell(tools: Tools, to: Whereabouts, sentence: string): Promise<void> {
  await tellMessage(tools, to, say(sentence));
}

/**
 * Tells one person something: as an ephemeral message, and by the response_url where that is refused, because
 * Slack shows ephemeral messages to members of the channel only. Blocks that Slack refuses are left out, and logged.
 * Throws nothing: telling decides nothing.
 */
export async function tellMessage(tools: Tools, to: Whereabouts, said: Said): Promise<void> {
  const { client, fetch, logger } = tools;
  const thread = to.thread === null ? {} : { thread_ts: to.thread };
  const { text, blocks } = said;
  try {
    if (to.channel === null) throw new Error('There is no channel to answer in.');
    await client.chat.postEphemeral({
      channel: to.channel,
      user: to.user,
      text,
      blocks: [...blocks],
      ...thread,
    });
  } catch (error) {
    if (blocks.length > 0 && REFUSED_BLOCKS.has(slackErrorCode(error) ?? '')) {
      logger.error({ err: error }, 'Slack refused the blocks of a private answer');
      return await tellMessage(tools, to, { text, blocks: [] });
    }
    if (to.responseUrl === null) {
      logger.warn({ err: error, user: to.user }, 'Somebody could not be answered');
      return;
    }
    await respond(fetch, to.responseUrl, said, { replace: false }).catch((second: unknown) => {
      logger.warn({ err: second, user: to.user }, 'Somebody could not be answered');
    });
  }
}

/** Posts by a response_url: a new private message, or in place of the one with the button. Throws when it is refused. */
export async function respond(
  fetch: Fetch,
  url: string,
  { text, blocks }: Said,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      text,
      blocks,
      replace_original: replace,
      ...(replace ? {} : { response_type: 'ephemeral' }),
    }),
    signal: AbortSignal.timeout(RESPOND_MS),
  });
  if (!response.ok) throw new Error(`The response_url answered ${response.status}.`);
}
