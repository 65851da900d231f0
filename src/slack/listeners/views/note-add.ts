import { CarriedNote } from '../../blocks/note-metadata.ts';
import { INCIDENT_BLOCK } from '../../blocks/note-modal.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import { addNote } from '../add-note.ts';
import { sentenceModal } from '../modal.ts';
import type { ViewListener } from '../view-listener.ts';

const TITLE = 'Add to timeline';

/** The message belongs to the incident that is picked. */
export const noteAddView: ViewListener = {
  id: viewIds.note,
  async handle(context, submission) {
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(TITLE, identified.message) };
    const [incidentId] = submission.options(INCIDENT_BLOCK);
    const { note } = submission.metadata(CarriedNote);
    if (incidentId === undefined || note === null)
      return { errors: { [INCIDENT_BLOCK]: 'Pick the incident to which it belongs.' } };
    // Not by the submission: whoever submits again after a lost answer would add it again.
    const click = submission.window;
    const sentence = await addNote(context, incidentId, { by: identified.person, note, click });
    return sentence === null ? 'close' : { show: sentenceModal(TITLE, sentence) };
  },
};
