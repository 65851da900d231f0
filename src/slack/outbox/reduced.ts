import type { types } from '@slack/bolt';
import { blocksAsText } from '../blocks/blocks-as-text.ts';
import { plain } from '../blocks/text-objects.ts';
import type { DesiredMessage } from './messages-of.ts';

/** Codes with which Slack refuses what a message is made of. */
export const REFUSED_BLOCKS: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
]);

/** Slack takes so many characters in a section. */
const SECTION = 3000;
const BY_HAND =
  'Slack refused the details and the buttons of this message; Firebreak logged why. Decide in a terminal with: firebreak triage';

/**
 * What stands in for a message that Slack refuses, best first: the same words as plain text with the same buttons, since a
 * card that cannot be decided on is of no use; and if those are refused too, only its sentence and how to go on without
 * Slack. What was to be picked on the card is as it was proposed, and the buttons say so.
 */
export function reduced(message: DesiredMessage): DesiredMessage[] {
  const words = blocksAsText(message.blocks);
  const buttons = message.blocks.flatMap(buttonsOf);
  return [
    {
      ...message,
      blocks: [
        { type: 'section', text: plain(words, SECTION) },
        ...(buttons.length === 0 ? [] : [{ type: 'actions' as const, elements: buttons }]),
      ],
    },
    { ...message, text: `${message.text} ${BY_HAND}`, blocks: [] },
  ];
}

function buttonsOf(block: types.KnownBlock): types.Button[] {
  return block.type === 'actions' ? block.elements.filter((element) => element.type === 'button') : [];
}
