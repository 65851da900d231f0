import { z } from 'zod';
import type { ListenerContext } from '../context.ts';
import { helpText } from '../help.ts';
import { tell } from '../tell.ts';

/** The parts of an app_mention event that are used. */
const Mention = z.object({
  user: z.string().optional(),
  bot_id: z.string().optional(),
  channel: z.string(),
  thread_ts: z.string().optional(),
});

/** A mention is answered with help; Firebreak reads no words of it and never decides by them. */
export const appMention = {
  id: 'app_mention',
  async handle(context: ListenerContext, event: unknown): Promise<void> {
    const { user, bot_id, channel, thread_ts } = Mention.parse(event);
    if (user === undefined || bot_id !== undefined) return;
    const whereabouts = { user, channel, thread: thread_ts ?? null, responseUrl: null };
    await tell(context, whereabouts, helpText(context.desk));
  },
};
