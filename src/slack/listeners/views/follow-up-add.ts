import { followUpBlocks } from '../../blocks/follow-up-modals.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import { sentenceModal } from '../modal.ts';
import { pickedPeople } from '../picked-people.ts';
import type { ViewListener } from '../view-listener.ts';

const TITLE = 'Add a follow-up';

/** Adds what a person found to be done. */
export const followUpAddView: ViewListener = {
  id: viewIds.followUpAdd,
  async handle(context, submission) {
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(TITLE, identified.message) };
    const picked = await pickedPeople(context, submission.people(followUpBlocks.owner));
    if ('problem' in picked) return { errors: { [followUpBlocks.owner]: picked.problem } };
    const [database = null] = submission.options(followUpBlocks.database);
    const [audit] = submission.options(followUpBlocks.audit);
    if (audit !== undefined && database === null)
      return { errors: { [followUpBlocks.database]: 'Say in which database the audit looks.' } };
    const added = await context.desk.followUps.add({
      text: submission.text(followUpBlocks.text),
      database,
      proofs: audit === undefined ? [] : [{ audit, subject: null }],
      incident: null,
      owner: picked.people[0] ?? null,
      due: submission.day(followUpBlocks.due),
      by: identified.person,
      // Not by the submission: whoever submits again after a lost answer would add it again.
      click: submission.window,
    });
    return {
      show: sentenceModal(TITLE, added.status === 'added' ? `${added.followUp.id} is added.` : added.message),
    };
  },
};
