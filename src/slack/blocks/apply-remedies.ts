import type { types } from '@slack/bolt';
import { z } from 'zod';
import { actionIds } from './action-ids.ts';
import { clip } from './clip.ts';
import { plain } from './text-objects.ts';

/** What the button carries: the name of the database only. */
export const RemediesValue = z.object({ database: z.string() });

/** Starts a prevention run. It changes nothing by itself: every remedy asks. */
export function remediesButton(database: string, text = 'Apply remedies…'): types.Button {
  return {
    type: 'button',
    action_id: actionIds.preventionStart,
    text: plain(text, 75),
    accessibility_label: plain(`Start a prevention run on ${clip(database, 40)}`, 75).text,
    value: JSON.stringify({ database }),
  };
}

/** The button alone in its row. */
export function applyRemedies(database: string, text?: string): types.ActionsBlock {
  return { type: 'actions', elements: [remediesButton(database, text)] };
}
