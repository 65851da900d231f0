import type { types } from '@slack/bolt';
import type { ListenerContext } from './context.ts';
import type { Submission } from './submission.ts';

/**
 * What becomes of a modal when it is submitted: it stays open with a sentence at each of these blocks (by block_id),
 * closes together with those beneath it, or shows something else.
 */
export type ViewAnswer =
  | { readonly errors: Readonly<Record<string, string>> }
  | { readonly show: types.ModalView }
  | 'close';

/** One modal that can be submitted. */
export interface ViewListener {
  /** The callback_id of the modal. */
  readonly id: string;
  /** Brings the submission to the desk, and resolves when the answer is durable. */
  handle(context: ListenerContext, submission: Submission): Promise<ViewAnswer>;
}
