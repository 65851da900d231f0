import { expect, test } from 'vitest';
import { statementModal } from '../../../src/slack/blocks/statement-modal.ts';
import { plan } from '../fixtures.ts';

/** The texts of the boxes, in their order. */
function boxesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(boxesOf);
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'rich_text_preformatted' && 'elements' in value) {
    return [(value.elements as { text: string }[]).map(({ text }) => text).join('')];
  }
  return Object.values(value).flatMap(boxesOf);
}

test('a long statement goes on in the next box where a line ends, and nothing of it is lost', () => {
  const text = Array.from({ length: 150 }, (_, line) => `${line} clock_timestamp() - xact_start`).join('\n');
  const boxes = boxesOf(statementModal(plan({ commands: [{ label: 'l', language: 'sql', text }] })).blocks);
  expect(boxes.length).toBeGreaterThan(1);
  expect(boxes.join('\n')).toBe(text);
});

test('a line that fits into no box is cut, and nothing of it is lost', () => {
  const text = 'x'.repeat(7000);
  const boxes = boxesOf(statementModal(plan({ commands: [{ label: 'l', language: 'sql', text }] })).blocks);
  expect(boxes.join('')).toBe(text);
});
