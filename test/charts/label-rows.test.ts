import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeLabels } from '../../src/charts/label-rows.ts';

test('no label covers another in its row, as long as four rows are enough', () => {
  const mark = fc.record({
    at: fc.integer({ min: 0, max: 380 }),
    label: fc.constantFrom('alert', 'cause', 'killed', 'rolled back'),
  });
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 4 }), (marks) => {
      const placed = placeLabels(
        marks.sort((a, b) => a.at - b.at),
        (at) => at,
        380,
      );
      const spans = placed.map(({ at, label, row, align }) => {
        const length = label.length * 6;
        return align === 'left' ? { row, from: at, to: at + length } : { row, from: at - length, to: at };
      });
      for (const [index, one] of spans.entries())
        for (const other of spans.slice(index + 1))
          expect(one.row === other.row && one.from < other.to && other.from < one.to).toBe(false);
      expect(spans.every(({ from, to }) => from >= 0 && to <= 380)).toBe(true);
    }),
  );
});
