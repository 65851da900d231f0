import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Urgency } from '../../../src/slack/outbox/next-actions.ts';
import { createTurns, type Waiting } from '../../../src/slack/outbox/turns.ts';

const urgency = fc.constantFrom<Urgency>(0, 1, 2);

/** Serves until everybody was served; urgent ones arrive as given, before each call. */
function serve(waiting: readonly Urgency[], arrivals: readonly (Urgency | null)[]): Waiting[] {
  const turns = createTurns();
  let turn = 0;
  const row: Waiting[] = waiting.map((one) => ({ urgency: one, turn: ++turn }));
  const served: Waiting[] = [];
  for (let call = 0; row.length > 0; call += 1) {
    const arrival = arrivals[call] ?? null;
    if (arrival !== null) row.push({ urgency: arrival, turn: ++turn });
    const next = turns.next(row);
    if (next === null) break;
    turns.served(next, row);
    row.splice(row.indexOf(next), 1);
    served.push(next);
  }
  return served;
}

test('everybody is served once, and whoever came first of equals is first', () => {
  fc.assert(
    fc.property(fc.array(urgency, { maxLength: 60 }), (waiting) => {
      const served = serve(waiting, []);
      expect(served.map(({ turn }) => turn).sort((a, b) => a - b)).toEqual(
        waiting.map((_, index) => index + 1),
      );
      for (const one of [0, 1, 2] as const) {
        const turnsOfOne = served.filter((claim) => claim.urgency === one).map(({ turn }) => turn);
        expect(turnsOfOne).toEqual([...turnsOfOne].sort((a, b) => a - b));
      }
    }),
  );
});

test('new incidents without end delay decisions and details, but never for ever', () => {
  const endless = Array.from({ length: 300 }, (): Urgency => 0);
  const served = serve([1, 1, 1, 2, 2], endless).map((claim) => claim.urgency);
  expect(served.slice(0, 13).filter((one) => one === 1)).toHaveLength(3);
  expect(served.slice(0, 24).filter((one) => one === 2)).toHaveLength(2);
  expect(served.slice(0, 24).filter((one) => one === 0).length).toBeGreaterThan(16);
});

test('a parent goes before the details that waited longer, and most calls are for parents', () => {
  const served = serve([2, 2, 2, 2, 0, 0, 0, 0], []).map((claim) => claim.urgency);
  expect(served).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
});
