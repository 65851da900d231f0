import { FollowUpStatus } from '../../../domain/follow-up.ts';
import { followUpBlocks, ShownFollowUp } from '../../blocks/follow-up-modals.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import { sentenceModal } from '../modal.ts';
import { pickedPeople } from '../picked-people.ts';
import type { ViewListener } from '../view-listener.ts';

/** Changes what the person touched, and nothing that somebody else changed meanwhile. */
export const followUpEditView: ViewListener = {
  id: viewIds.followUpEdit,
  async handle(context, submission) {
    const shown = submission.metadata(ShownFollowUp);
    const title = `Follow-up ${shown.id}`;
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(title, identified.message) };
    const [ownerId = null] = submission.people(followUpBlocks.owner);
    const isOther = ownerId !== shown.owner;
    const picked = await pickedPeople(context, isOther && ownerId !== null ? [ownerId] : []);
    if ('problem' in picked) return { errors: { [followUpBlocks.owner]: picked.problem } };
    const due = submission.day(followUpBlocks.due);
    const [state] = submission.options(followUpBlocks.state);
    const refusal = await context.desk.followUps.change({
      id: shown.id,
      by: identified.person,
      ...(isOther ? { owner: picked.people[0] ?? null } : {}),
      ...(due === shown.due ? {} : { due }),
      ...(state === undefined || state === shown.status ? {} : { to: FollowUpStatus.parse(state) }),
      reason: submission.text(followUpBlocks.reason),
      ...(submission.id === undefined ? {} : { click: submission.id }),
    });
    return refusal === null ? 'close' : { show: sentenceModal(title, refusal) };
  },
};
