import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { refusalText } from '../answer.ts';

/** Closes the incident. */
export const incidentClose: ActionListener = {
  id: actionIds.close,
  async handle(context, click) {
    const identified = await context.people.identify(click.by);
    if (identified.status === 'stranger') return identified.message;
    const { value, id } = click;
    return refusalText(await context.desk.close(value.i, identified.person, 'Closed in Slack.', id));
  },
};
