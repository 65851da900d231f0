import type { types } from '@slack/bolt';

/** A message to somebody: the text is for notifications, for screen readers, and where blocks are refused. */
export interface Said {
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
}
