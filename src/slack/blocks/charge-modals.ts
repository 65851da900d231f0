import type { types } from '@slack/bolt';
import { modal } from './modal.ts';
import { line, richText, text } from './rich-text.ts';
import { plain } from './text-objects.ts';
import { viewIds } from './view-ids.ts';

/** The block of people in both modals: where a wrong choice is told. */
export const PEOPLE_BLOCK = 'people';

/** Whom the incident is handed over to. */
export function handOverModal(incidentId: string): types.ModalView {
  const sentence = `Whoever you choose is in charge of ${incidentId} from then on, and is mentioned in its thread. You stay on it.`;
  return modal({
    id: viewIds.handOver,
    title: 'Hand over',
    submit: 'Hand over',
    metadata: { i: incidentId },
    blocks: [
      ...richText(line(text(sentence))),
      {
        type: 'input',
        block_id: PEOPLE_BLOCK,
        label: plain('Who takes charge', 100),
        element: {
          type: 'users_select',
          action_id: 'to',
          placeholder: plain('A member of the channel', 100),
        },
      },
    ],
  });
}

/** Who is asked to help. */
export function addRespondersModal(incidentId: string): types.ModalView {
  const sentence = `They are mentioned in the thread of ${incidentId}. It permits nothing: who may decide stays as configured.`;
  return modal({
    id: viewIds.addResponders,
    title: 'Add responders',
    submit: 'Ask them',
    metadata: { i: incidentId },
    blocks: [
      ...richText(line(text(sentence))),
      {
        type: 'input',
        block_id: PEOPLE_BLOCK,
        label: plain('Who is needed', 100),
        element: {
          type: 'multi_users_select',
          action_id: 'who',
          max_selected_items: 10,
          placeholder: plain('Members of the channel', 100),
        },
      },
    ],
  });
}
