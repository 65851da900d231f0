import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import { elementsOf, flattenBlocks } from './walk.ts';

function generatedId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}

/**
 * A copy of the blocks in which every block has a block_id and every element that can be acted on an
 * action_id, generated where the app gave none, as Slack does.
 */
export function withGeneratedIds(blocks: readonly JsonObject[]): JsonObject[] {
  const copy = structuredClone([...blocks]);
  for (const block of flattenBlocks(copy)) {
    block.block_id ??= generatedId();
    for (const element of elementsOf(block)) element.action_id ??= generatedId();
  }
  return copy;
}
