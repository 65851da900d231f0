import type { ListenerContext } from './context.ts';

/** A button that decides nothing on an incident: it stands in a private answer, in the Home tab, or beside a list. */
export interface ButtonListener {
  /** The action_id of the element. */
  readonly id: string;
  handle(context: ListenerContext, body: unknown, acknowledge: () => Promise<void>): Promise<void>;
}
