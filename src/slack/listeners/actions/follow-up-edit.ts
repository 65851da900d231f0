import { actionIds } from '../../blocks/action-ids.ts';
import { followUpModal } from '../../blocks/follow-up-modals.ts';
import { FollowUpValue } from '../../blocks/follow-up-parts.ts';
import type { ButtonListener } from '../button-listener.ts';
import { openModal, sentenceModal } from '../modal.ts';
import { readPress } from '../press.ts';
import { tell } from '../tell.ts';

/** Opens owner, day and state of a follow-up, as they are now. */
export const followUpEdit: ButtonListener = {
  id: actionIds.followUpEdit,
  async handle(context, body, acknowledge) {
    const press = readPress(body);
    const { id } = press.value(FollowUpValue);
    const title = `Follow-up ${id}`;
    const opener = { triggerId: press.triggerId, acknowledge };
    const sentence = await openModal(context, opener, title, async () => {
      const { items, today } = await context.desk.followUps.view();
      const item = items.find((one) => one.id === id);
      return item === undefined
        ? sentenceModal(title, `There is no follow-up ${id}.`)
        : followUpModal(item, today);
    });
    if (sentence !== null) await tell(context, press.whereabouts, sentence);
  },
};
