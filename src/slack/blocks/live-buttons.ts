import type { types } from '@slack/bolt';
import { z } from 'zod';
import { actionIds } from './action-ids.ts';
import { plain } from './text-objects.ts';

/** What can be read live, by the word with which people ask for it. */
export const LiveKind = z.enum(['queries', 'locks']);
export type LiveKind = z.infer<typeof LiveKind>;

/** What the button carries: names only. */
export const LiveValue = z.object({ what: LiveKind, database: z.string() });
export type LiveValue = z.infer<typeof LiveValue>;

/** Fills the same message with what is so now. */
export function againButton(value: LiveValue): types.ActionsBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: actionIds.liveAgain,
        text: plain('Read again', 75),
        accessibility_label: plain(`Read the ${value.what} of ${value.database} again`, 75).text,
        value: JSON.stringify(value),
      },
    ],
  };
}
