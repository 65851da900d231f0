import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { describeError } from '../../domain/errors.ts';
import type { ListenerContext } from './context.ts';
import { tell } from './tell.ts';

/** Who may be answered, in any payload. */
const Anybody = z.object({
  user: z.object({ id: z.string() }).optional(),
  user_id: z.string().optional(),
  event: z.object({ user: z.string().optional(), channel: z.string().optional() }).optional(),
  channel: z.object({ id: z.string() }).optional(),
  channel_id: z.string().optional(),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
});

/** Logs why a click or command failed, and says it to a person with a reference that finds it in the log. */
export function failureSentence({ logger }: Pick<ListenerContext, 'logger'>, error: unknown): string {
  const reference = randomBytes(4).toString('hex');
  const cause =
    error instanceof Error && 'original' in error && error.original instanceof Error ? error.original : error;
  logger.error({ err: cause, reference }, 'A click or command from Slack failed');
  return `${sentenceFor(describeError(cause))} Reference for the log: ${reference}`;
}

/** Tells the person whose click or command failed. */
export async function tellError(
  context: Pick<ListenerContext, 'client' | 'fetch' | 'logger'>,
  error: Error,
  body: unknown,
): Promise<void> {
  const sentence = failureSentence(context, error);
  const parsed = Anybody.safeParse(body);
  const from = parsed.success ? parsed.data : {};
  const user = from.user?.id ?? from.user_id ?? from.event?.user;
  if (user === undefined) return;
  await tell(
    context,
    {
      user,
      channel: from.channel?.id ?? from.channel_id ?? from.event?.channel ?? null,
      thread: from.message?.thread_ts ?? null,
      responseUrl: from.response_url ?? null,
    },
    sentence,
  );
}

function sentenceFor({ code, message, hint }: ReturnType<typeof describeError>): string {
  switch (code) {
    case 'internal':
      return 'Firebreak failed at that. Look at the card before you try again.';
    case 'state-unavailable':
      return `This could not be recorded, and nothing was done: without its journal Firebreak does not act. ${message} ${hint} Then try again.`;
    case 'state-unconfirmed':
      return `${message} ${hint}`;
    default:
      return `${message} ${hint} Look at the card before you try again.`;
  }
}
