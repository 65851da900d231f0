import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { chargeRefusal } from '../charge.ts';

/** Puts whoever clicks in charge, in place of whom their screen shows. */
export const chargeTake: ActionListener = {
  id: actionIds.chargeTake,
  async handle(context, { by, value, id: click }) {
    const identified = await context.people.identify(by);
    if (identified.status === 'stranger') return identified.message;
    const named = click === undefined ? {} : { click };
    const command = { type: 'take-charge', by: identified.person, from: value.w ?? null, ...named } as const;
    return chargeRefusal(await context.desk.charge(value.i, command));
  },
};
