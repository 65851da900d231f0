import type { types } from '@slack/bolt';
import type { Person } from '../../domain/actor.ts';
import { actionIds } from './action-ids.ts';
import { line, richText, text, who } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText, plain } from './text-objects.ts';

/** The button that proves the way of a click. */
export const clickButton: types.ActionsBlock = {
  type: 'actions',
  elements: [
    { type: 'button', action_id: actionIds.doctorClick, text: plain('Test a click', 75), value: 'doctor' },
  ],
};

/** Asks whoever reads it to press. */
export function clickRequest(): Said {
  const sentence =
    'Firebreak doctor: please press the button, so that it is known that clicks arrive. It changes nothing.';
  return { text: fallbackText(sentence), blocks: [...richText(line(text(sentence))), clickButton] };
}

/** In place of a button that was pressed. */
export function pressed(by: Person): Said {
  const sentence = 'Firebreak doctor: the click arrived.';
  return {
    text: fallbackText(`${sentence} ${by.name} pressed.`),
    blocks: richText(line(text(`✓ ${sentence} Pressed by `), who(by), text('.'))),
  };
}

/** In place of a button that nobody pressed in time. */
export function unpressed(): Said {
  const sentence = 'Firebreak doctor: no click arrived in time.';
  return { text: fallbackText(sentence), blocks: richText(line(text(`✗ ${sentence}`))) };
}
