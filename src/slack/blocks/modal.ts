import type { types } from '@slack/bolt';
import { line, richText, text } from './rich-text.ts';
import { plain } from './text-objects.ts';

/** What a modal is made of. Tables and charts are for messages only: Slack shows none in a modal. */
interface ModalSpec {
  /** The callback_id: one of `viewIds`. */
  readonly id: string;
  /** At most 24 characters are shown. */
  readonly title: string;
  /** The button that submits; left out where there is nothing to submit. At most 24 characters. */
  readonly submit?: string;
  readonly blocks: readonly types.KnownBlock[];
  /** What comes back with the submission: ids and hashes only, no facts to trust and nothing secret. */
  readonly metadata?: object;
}

const MOST_BLOCKS = 100;

/** A modal for views.open and views.update (docs.slack.dev/reference/views/modal-views). Pure. */
export function modal({ id, title, submit, blocks, metadata }: ModalSpec): types.ModalView {
  return {
    type: 'modal',
    callback_id: id,
    title: plain(title, 24),
    close: plain(submit === undefined ? 'Close' : 'Cancel', 24),
    ...(submit === undefined ? {} : { submit: plain(submit, 24) }),
    blocks: blocks.slice(0, MOST_BLOCKS),
    ...(metadata === undefined ? {} : { private_metadata: JSON.stringify(metadata) }),
  };
}

/** Stands while the content is read. */
export function loadingModal(title: string): types.ModalView {
  const sentence = 'Firebreak is reading what is needed here. This takes a moment.';
  return modal({ id: 'loading', title, blocks: richText(line(text(sentence))) });
}
