import type { types } from '@slack/bolt';
import { clip } from './clip.ts';

/** Slack's limit for the alternative text of a picture. */
const MOST_ALT_TEXT = 2000;
/** Blocks that a message may have. */
const MOST_BLOCKS = 50;

/** Blocks with a picture below them, that was uploaded before; without one as long as there is none. */
export function withPicture(
  blocks: readonly types.KnownBlock[],
  picture: { readonly fileId: string; readonly altText: string } | null,
): types.KnownBlock[] {
  if (picture === null || blocks.length >= MOST_BLOCKS) return [...blocks];
  const alt_text = clip(picture.altText, MOST_ALT_TEXT);
  return [...blocks, { type: 'image', slack_file: { id: picture.fileId }, alt_text }];
}
