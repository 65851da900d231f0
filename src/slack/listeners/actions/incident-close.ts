import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { tellRefusal } from '../answer.ts';
import { tell } from '../tell.ts';

/** Closes the incident. */
export const incidentClose: ActionListener = {
  id: actionIds.close,
  async handle(context, click) {
    const identified = await context.people.identify(click.by);
    if (identified.status === 'stranger') {
      await tell(context, click.whereabouts, identified.message);
      return;
    }
    const reply = await context.desk.close(click.value.i, identified.person, 'Closed in Slack.');
    if (reply.status === 'refused') await tellRefusal(context, click, reply);
  },
};
