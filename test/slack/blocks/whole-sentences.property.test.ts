import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholeSentences } from '../../../src/slack/blocks/whole-sentences.ts';

const MOST = 300;
const word = fc.stringMatching(/^[a-z]{1,9}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => `A${words.join(' ')}.`);
const saying = fc.record({
  text: fc.array(sentence, { minLength: 1, maxLength: 4 }).map((all) => all.join(' ')),
  rank: fc.integer({ min: 0, max: 3 }),
});

test('a dialog has whole sentences only, and says when there are more', () => {
  fc.assert(
    fc.property(fc.array(saying, { minLength: 1, maxLength: 8 }), (parts) => {
      const whole = parts.map(({ text }) => text).join('\n');
      const shown = wholeSentences(parts, MOST);
      expect(shown.length).toBeLessThanOrEqual(MOST);
      if (whole.length <= MOST) {
        expect(shown).toBe(whole);
        return;
      }
      const lines = shown.split('\n');
      expect(lines.pop()).toBe('The card says more.');
      const left = [...parts];
      for (const line of lines) {
        const from = left.findIndex(({ text }) => text.startsWith(line.replace(/ …$/, '')));
        expect(from).toBeGreaterThanOrEqual(0);
        expect(line).toMatch(/[.…]$/);
        left.splice(0, from + 1);
      }
    }),
  );
});

test('what is acted on and what it costs stay, however long the warnings are', () => {
  const shown = wholeSentences(
    [
      { text: `⚠ ${'It is armed, and starts again. '.repeat(12)}`, rank: 1, restRank: 2 },
      { text: 'Acts on pid 1, 2, 3.', rank: 0 },
      { text: 'Their transactions roll back. Their clients get an error: 57014.', rank: 0, restRank: 3 },
    ],
    MOST,
  );
  expect(shown).toMatch(/^⚠ It is armed.*\nActs on pid 1, 2, 3\.\nTheir transactions roll back\./);
});
