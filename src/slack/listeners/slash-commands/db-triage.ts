import { z } from 'zod';
import { triageCommand } from '../../manifest.ts';
import { answerWords, wordsOf } from '../answer-words.ts';
import { say } from '../say.ts';
import type { TypingContext } from '../subcommand.ts';
import { tell, tellMessage } from '../tell.ts';
import { whenSlow } from '../when-slow.ts';

/** The parts of a slash command's payload that are used. Slack takes slash commands outside of threads only. */
const Payload = z.object({
  text: z.string().default(''),
  user_id: z.string(),
  user_name: z.string().optional(),
  team_id: z.string().optional(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
});

/** `/db-triage …`: answered privately, as Slack's users expect of a command. */
export const dbTriage = {
  id: triageCommand,
  async handle(context: TypingContext, body: unknown, acknowledge: () => Promise<void>): Promise<void> {
    const payload = Payload.parse(body);
    const channel = payload.channel_id ?? null;
    const whereabouts = {
      user: payload.user_id,
      channel,
      thread: null,
      responseUrl: payload.response_url ?? null,
    };
    const claimed = {
      id: payload.user_id,
      teamId: payload.team_id ?? null,
      name: payload.user_name ?? null,
    };
    const identified = await context.people.identify(claimed);
    if (identified.status === 'stranger') {
      await acknowledge();
      await tell(context, whereabouts, identified.message);
      return;
    }
    const typed = {
      context,
      by: identified.person,
      words: wordsOf(payload.text),
      place: { channel, thread: null },
      acknowledge,
    };
    const { said, afterwards } = await whenSlow(answerWords(typed), async () => {
      await tellMessage(context, whereabouts, say('One moment: Firebreak is reading.'));
    });
    await acknowledge();
    await tellMessage(context, whereabouts, said);
    const more = (await afterwards?.()) ?? null;
    if (more !== null) await tellMessage(context, whereabouts, more);
  },
};
