import { z } from 'zod';
import type { Said } from '../../blocks/said.ts';
import { answerWords, wordsOf } from '../answer-words.ts';
import { say } from '../say.ts';
import type { TypingContext } from '../subcommand.ts';
import { tell, tellMessage } from '../tell.ts';
import { whenSlow } from '../when-slow.ts';

/** The parts of an app_mention event that are used. */
const Mention = z.object({
  user: z.string().optional(),
  team: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(''),
  channel: z.string(),
  thread_ts: z.string().optional(),
});

/**
 * A mention takes the same words as the command, those that follow it. In the thread of an incident what is read is
 * answered for everybody there; all else is answered privately.
 */
export const appMention = {
  id: 'app_mention',
  async handle(context: TypingContext, event: unknown): Promise<void> {
    const { user, team, bot_id, text, channel, thread_ts } = Mention.parse(event);
    if (user === undefined || bot_id !== undefined) return;
    const thread = thread_ts ?? null;
    const whereabouts = { user, channel, thread, responseUrl: null };
    const identified = await context.people.identify({ id: user, teamId: team ?? null, name: null });
    if (identified.status === 'stranger') return await tell(context, whereabouts, identified.message);
    const words = wordsOf(after(text, context.identity.botUserId));
    const typed = {
      context,
      by: identified.person,
      // Somebody who only says hello asks what can be said; an incident is never opened by a bare mention.
      words: words.length === 0 ? ['help'] : words,
      place: { channel, thread },
      acknowledge: async () => undefined,
    };
    const answered = await whenSlow(answerWords(typed), async () => {
      await tellMessage(context, whereabouts, say('One moment: Firebreak is reading.'));
    });
    const isIncident = thread !== null && (await context.messages.incidentAt(channel, thread)) !== null;
    const deliver = async (said: Said): Promise<void> => {
      if (!isIncident || !answered.public) return await tellMessage(context, whereabouts, said);
      await context.client.chat.postMessage({
        channel,
        thread_ts: thread,
        text: said.text,
        blocks: [...said.blocks],
      });
    };
    await deliver(answered.said);
    const more = (await answered.afterwards?.()) ?? null;
    if (more !== null) await deliver(more);
  },
};

/** What follows the mention of this user. */
function after(text: string, user: string): string {
  const [, ...following] = text.split(new RegExp(`<@${user}(?:\\|[^>]*)?>`));
  return following.join(' ');
}
