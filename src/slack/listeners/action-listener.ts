import type { Click } from './click.ts';
import type { ListenerContext } from './context.ts';

/** One thing that can be clicked. */
export interface ActionListener {
  /** The action_id of the element. */
  readonly id: string;
  /** Runs after the acknowledgement. Null for elements that are read when Run is pressed. */
  readonly handle: ((context: ListenerContext, click: Click) => Promise<void>) | null;
}
