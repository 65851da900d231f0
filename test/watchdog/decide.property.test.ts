import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hold } from '../../src/watchdog/decide.ts';
import { type Day, type DayResult, playDay } from './simulated-day.ts';

const days: fc.Arbitrary<Day> = fc.record({
  seed: fc.integer(),
  mode: fc.constantFrom('kill', 'kill', 'kill', 'report'),
  olderThanSeconds: fc.integer({ min: 60, max: 400 }),
  most: fc.integer({ min: 1, max: 5 }),
  hasWindow: fc.boolean(),
  jumping: fc.constantFrom('none', 'state', 'server', 'own'),
});

test('24 hours of random load, sessions, restarts, stops and clocks that are set: nobody is ended who must not be', {
  timeout: 120_000,
}, () => {
  const results: DayResult[] = [];
  fc.assert(
    fc.property(days, (day) => {
      const result = playDay(day);
      results.push(result);
      expect(result.wrong).toEqual([]);
    }),
    {
      numRuns: 20,
      examples: (['none', 'state', 'server', 'own'] as const).map((jumping) => [busy(jumping)]),
    },
  );
  // The days were such that there was something to do, and every reason to do nothing.
  const sum = (count: (result: DayResult) => number) => results.reduce((all, one) => all + count(one), 0);
  expect(sum(({ killed }) => killed)).toBeGreaterThan(100);
  expect(sum(({ reported }) => reported)).toBeGreaterThan(100);
  expect(sum(({ proposed }) => proposed)).toBeGreaterThan(5);
  const reasons: Hold[] = [
    'stopped',
    'incident',
    'pending',
    'outside-window',
    'few-looks',
    'no-load',
    'nobody',
    'limit',
  ];
  for (const why of reasons) expect(results.some(({ held }) => held.has(why))).toBe(true);
});

const busy = (jumping: Day['jumping']): Day => ({
  seed: 7,
  mode: 'kill',
  olderThanSeconds: 60,
  most: 3,
  hasWindow: false,
  jumping,
});
