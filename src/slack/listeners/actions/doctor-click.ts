import { actionIds } from '../../blocks/action-ids.ts';
import { pressed } from '../../blocks/doctor-click.ts';
import type { ButtonListener } from '../button-listener.ts';
import { readPress } from '../press.ts';
import { respond, tell } from '../tell.ts';

/** Answers the press of the doctor's button in its place. It decides nothing, so any member may press. */
export const doctorClick: ButtonListener = {
  id: actionIds.doctorClick,
  async handle(context, body, acknowledge) {
    const press = readPress(body);
    await acknowledge();
    const identified = await context.people.identify(press.by);
    if (identified.status === 'stranger') return await tell(context, press.whereabouts, identified.message);
    const { responseUrl } = press.whereabouts;
    if (responseUrl === null) return await tell(context, press.whereabouts, 'The click arrived.');
    await respond(context.fetch, responseUrl, pressed(identified.person), { replace: true });
  },
};
