import type { ListenerContext } from './context.ts';

/** One entry of Slack's shortcuts: of the whole workspace, or in the menu of a message. */
export interface ShortcutListener {
  /** The callback_id, as in the manifest. */
  readonly id: string;
  handle(context: ListenerContext, body: unknown, acknowledge: () => Promise<void>): Promise<void>;
}
