import type { Said } from '../blocks/said.ts';
import type { Click } from './click.ts';
import type { ListenerContext } from './context.ts';

/** One thing that can be clicked. */
export interface ActionListener {
  /** The action_id of the element. */
  readonly id: string;
  /**
   * Brings the click to the desk, and resolves with what the person is to be told, or null, when the answer is
   * durable. What only opens a modal acknowledges earlier. Null for elements that are read when Run is pressed.
   */
  readonly handle:
    | ((
        context: ListenerContext,
        click: Click,
        acknowledge: () => Promise<void>,
      ) => Promise<string | Said | null>)
    | null;
}
