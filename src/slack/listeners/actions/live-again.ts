import { actionIds } from '../../blocks/action-ids.ts';
import { LiveValue } from '../../blocks/live-buttons.ts';
import type { ButtonListener } from '../button-listener.ts';
import { liveAnswer } from '../live-answer.ts';
import { readPress } from '../press.ts';
import { respond, tell, tellMessage } from '../tell.ts';

/** Reads again, and fills the message that has the button. */
export const liveAgain: ButtonListener = {
  id: actionIds.liveAgain,
  async handle(context, body, acknowledge) {
    const press = readPress(body);
    await acknowledge();
    const identified = await context.people.identify(press.by);
    if (identified.status === 'stranger') return await tell(context, press.whereabouts, identified.message);
    const answered = await liveAnswer(context, identified.person, press.value(LiveValue));
    const { responseUrl } = press.whereabouts;
    // A refusal is for the person alone, and never in place of what the others read.
    if (!answered.public || responseUrl === null)
      return await tellMessage(context, press.whereabouts, answered.said);
    await respond(context.fetch, responseUrl, answered.said, { replace: true });
  },
};
