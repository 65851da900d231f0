import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { PolicyView } from '../../ports/watchdog.ts';
import { actionIds } from './action-ids.ts';
import { dialog } from './buttons.ts';
import { plain } from './text-objects.ts';

/** What the buttons carry: the name of the policy only. */
export const WatchdogValue = z.object({ policy: z.string() });

/** Stops a policy that runs, or starts one that is stopped. */
export function switchButton({ policy: { name }, record }: PolicyView): types.ActionsBlock {
  const value = JSON.stringify({ policy: name });
  const element: types.Button =
    record.stopped === null
      ? {
          type: 'button',
          action_id: actionIds.watchdogStop,
          text: plain('Stop this policy', 75),
          accessibility_label: plain(`Stop the watchdog policy ${name}`, 75).text,
          value,
        }
      : {
          type: 'button',
          action_id: actionIds.watchdogStart,
          text: plain('Start it again', 75),
          accessibility_label: plain(`Start the watchdog policy ${name} again`, 75).text,
          value,
          confirm: dialog(
            'Start the policy again?',
            'It ends sessions by itself again, as its terms say, without asking. What came back before is forgotten.',
            'Start it',
            'primary',
          ),
        };
  return { type: 'actions', elements: [element] };
}
