import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';

/** Asks for the post-mortem of a closed incident. Nothing is decided by it, so a refusal is its own sentence. */
export const postmortemWrite: ActionListener = {
  id: actionIds.postMortem,
  async handle(context, click) {
    const identified = await context.people.identify(click.by);
    if (identified.status === 'stranger') return identified.message;
    const reply = await context.desk.writePostMortem(click.value.i, identified.person, click.id);
    return reply.status === 'accepted' || reply.reason === 'repeated' ? null : reply.message;
  },
};
