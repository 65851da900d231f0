import { actionIds } from '../../blocks/action-ids.ts';
import { RemediesValue } from '../../blocks/apply-remedies.ts';
import type { ButtonListener } from '../button-listener.ts';
import { readPress } from '../press.ts';
import { startPrevention } from '../start-prevention.ts';
import { tell, tellMessage } from '../tell.ts';

/** Below what the audits found; a second press finds the run open and leads to it. */
export const preventionStart: ButtonListener = {
  id: actionIds.preventionStart,
  async handle(context, body, acknowledge) {
    const press = readPress(body);
    const identified = await context.people.identify(press.by);
    if (identified.status === 'stranger') {
      await acknowledge();
      return await tell(context, press.whereabouts, identified.message);
    }
    const { database } = press.value(RemediesValue);
    const said = await startPrevention(context, database, identified.person);
    await acknowledge();
    await tellMessage(context, press.whereabouts, said);
  },
};
