import { contextLine } from '../blocks/context-line.ts';
import { line, richText, text } from '../blocks/rich-text.ts';
import type { DesiredMessage } from './messages-of.ts';

/** Codes with which Slack refuses the blocks of a message. */
export const REFUSED_BLOCKS: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
]);

/**
 * What stands in for a message whose blocks Slack refuses. It has no buttons: nobody shall decide on a plan that
 * they cannot read.
 */
export function reduced(message: DesiredMessage): DesiredMessage {
  const [first] = message.blocks;
  return {
    ...message,
    blocks: [
      ...(first?.type === 'header' ? [first] : []),
      ...richText(line(text('Slack did not accept the details of this message.'))),
      contextLine(text('Do this step by hand as the runbook says; Firebreak logged the reason.')),
    ],
  };
}
