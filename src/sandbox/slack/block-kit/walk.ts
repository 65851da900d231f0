import { isJsonObject, type JsonObject, objectsOf, stringOf } from '../json.ts';

/** An element of a block that a person can act on. */
export interface PlacedElement {
  block: JsonObject;
  element: JsonObject;
}

/** The blocks and, after each container, the blocks inside it. */
export function flattenBlocks(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.flatMap((block) => [
    block,
    ...flattenBlocks(objectsOf(block.child_blocks)),
    ...(block.type === 'carousel' ? objectsOf(block.elements) : []),
  ]);
}

const NOT_INTERACTIVE = new Set(['image', 'plain_text', 'mrkdwn']);
const HOLDERS = new Set(['actions', 'context_actions', 'card']);

/** The elements of one block that a person can act on, in order. */
export function elementsOf(block: JsonObject): JsonObject[] {
  const single = [block.accessory, block.element].filter(isJsonObject);
  const type = stringOf(block.type) ?? '';
  const list = HOLDERS.has(type) ? objectsOf(block[type === 'card' ? 'actions' : 'elements']) : [];
  return [...single, ...list].filter((element) => !NOT_INTERACTIVE.has(stringOf(element.type) ?? ''));
}

/** Every element of the blocks that a person can act on. */
export function placedElements(blocks: readonly JsonObject[]): PlacedElement[] {
  return flattenBlocks(blocks).flatMap((block) => elementsOf(block).map((element) => ({ block, element })));
}

/** The element with these identifiers, or undefined when the blocks do not show it. */
export function findElement(
  blocks: readonly JsonObject[],
  blockId: string,
  actionId: string,
): PlacedElement | undefined {
  return placedElements(blocks).find(
    ({ block, element }) => block.block_id === blockId && element.action_id === actionId,
  );
}

const COUNTED = new Set(['text', 'alt_text', 'title', 'caption', 'label']);

/** The number of characters of all texts within a value of Block Kit. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isJsonObject(value)) return 0;
  let sum = 0;
  for (const [key, member] of Object.entries(value)) {
    sum += typeof member === 'string' ? (COUNTED.has(key) ? member.length : 0) : textLength(member);
  }
  return sum;
}
