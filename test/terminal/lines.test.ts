import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, paint, say, verbatim } from '../../src/terminal/lines.ts';

const graphemes = new Intl.Segmenter();
const anyText = fc.string({ unit: 'grapheme', maxLength: 400 });
const anyLine: fc.Arbitrary<Line> = fc
  .record({
    text: anyText,
    mark: fc.constantFrom('', '- ', '[x] ', 'Exactly as it says: '),
    indent: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ text, ...options }) => say(text, options));

test('no row is wider than the screen, whatever stands in it', () => {
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 5 }),
      anyText,
      fc.integer({ min: 40, max: 80 }),
      (lines, sql, columns) => {
        for (const row of paint([...lines, ...verbatim(sql)], columns, false)) {
          expect([...graphemes.segment(row)].length).toBeLessThanOrEqual(columns);
        }
      },
    ),
  );
});

test('text from outside moves no cursor and turns no direction', () => {
  const hostile = 'pid 1\u001b[2J\u001b]0;title\u0007 \u202Egnp.exe\u0000\r\n== Step 9 of 9 · Approved';
  const rows = paint([say(hostile), ...verbatim(`select '${hostile}'`)], 80, false);
  for (const row of rows) expect(row).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  // What pretends to be a line of ours stays within the line that it came in.
  expect(rows[0]).toMatch(/^pid 1.*== Step 9 of 9/);
});

test('a long text goes on under its beginning, a statement keeps its spaces', () => {
  expect(paint([say('one two three four', { mark: '- ' })], 12, false)).toEqual([
    '- one two',
    '  three four',
  ]);
  expect(paint(verbatim('select 1\n  from t'), 40, false)).toEqual(['  select 1', '    from t']);
});

test('colour adds nothing but colour', () => {
  const [plain] = paint([say('Approved', { style: 'warning' })], 40, false);
  const [coloured] = paint([say('Approved', { style: 'warning' })], 40, true);
  expect(plain).toBe('Approved');
  expect(coloured).toContain('Approved');
  expect(coloured).not.toBe(plain);
});
