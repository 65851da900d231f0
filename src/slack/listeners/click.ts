import { type ClickValue, decodeClick } from '../blocks/click-value.ts';
import { type Interaction, readInteraction } from './interaction.ts';

/** A click on a button of an incident. */
export interface Click extends Pick<Interaction, 'id' | 'by' | 'whereabouts' | 'triggerId'> {
  readonly value: ClickValue;
  /** Positions picked in the element of this block; null when it was not touched or is not there. */
  picked(blockId: string, actionId: string): readonly number[] | null;
}

/** Throws when the payload is not as Slack documents it: whoever clicked is told then. */
export function readClick(body: unknown): Click {
  const { carried, state, ...interaction } = readInteraction(body);
  const value = decodeClick(carried);
  if (value === null) throw new Error('The value of a button is none of ours.');
  return {
    ...interaction,
    value,
    picked(blockId, actionId) {
      const chosen = state[blockId]?.[actionId];
      if (chosen === undefined) return null;
      // Nothing picked is an answer too: it must never become what the plan proposes.
      const options = chosen.selected_options ?? (chosen.selected_option ? [chosen.selected_option] : []);
      return options.map((option) => Number(option.value)).filter(Number.isInteger);
    },
  };
}
