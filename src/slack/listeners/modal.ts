import type { types } from '@slack/bolt';
import { slackErrorCode } from '../app/why-unanswered.ts';
import { loadingModal, modal } from '../blocks/modal.ts';
import type { ListenerContext } from './context.ts';
import { say } from './say.ts';
import { failureSentence } from './tell-error.ts';

/** What a modal is opened from: a click, a command or a shortcut. */
export interface Opener {
  /** Slack takes it once, for 3 seconds. */
  readonly triggerId: string | null;
  readonly acknowledge: () => Promise<void>;
}

const TOO_LATE = 'Slack gave up waiting before the window could be opened. Nothing was done: click again.';

/**
 * Opens a modal at once, and shows its content when that is there, however long it takes to read. Resolves with what
 * the person is to be told when it cannot be opened. A failure to read the content is told in the modal.
 */
export async function openModal(
  context: ListenerContext,
  { triggerId, acknowledge }: Opener,
  title: string,
  content: () => Promise<types.ModalView>,
): Promise<string | null> {
  const opened = await open(context, triggerId, title);
  if (typeof opened === 'string') return opened;
  await acknowledge();
  // The same click, delivered again: its modal is there.
  if (opened === null) return null;
  const view = await content().catch((error: unknown) =>
    sentenceModal(title, failureSentence(context, error)),
  );
  try {
    await context.client.views.update({ view_id: opened.id, hash: opened.hash, view });
  } catch (error) {
    // The person has closed it, or something else is shown there by now.
    if (!['not_found', 'hash_conflict'].includes(slackErrorCode(error) ?? '')) throw error;
  }
  return null;
}

/** The loading modal; null when the trigger was used already, a sentence when it came too late. */
async function open(
  { client }: ListenerContext,
  triggerId: string | null,
  title: string,
): Promise<{ id: string; hash: string } | string | null> {
  if (triggerId === null) return TOO_LATE;
  try {
    const { view } = await client.views.open({ trigger_id: triggerId, view: loadingModal(title) });
    return { id: view?.id ?? '', hash: view?.hash ?? '' };
  } catch (error) {
    const code = slackErrorCode(error);
    if (code === 'exchanged_trigger_id') return null;
    if (code === 'expired_trigger_id' || code === 'invalid_trigger_id') return TOO_LATE;
    throw error;
  }
}

/** A modal that only says something, such as why a submission changed nothing. */
export function sentenceModal(title: string, sentence: string): types.ModalView {
  return modal({ id: 'sentence', title, blocks: say(sentence).blocks });
}
