import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CostPair } from '../../src/domain/gate.ts';
import { calibrate, estimate, estimateWords } from '../../src/gate/estimate.ts';
import { formatMany } from '../../src/gate/numbers.ts';

/** Runs of a server that does so many cost units in a second, each a little off. */
function runs(costPerSecond: number, off: readonly number[]): CostPair[] {
  return off.map((factor, index) => {
    const cost = 1e5 * (index + 1);
    return { cost, seconds: (cost / costPerSecond) * factor };
  });
}

test('without runs the common rate is taken, with its uncertainty', () => {
  expect(estimateWords(estimate(4e6, calibrate([])))).toBe('about 40 s (×4)');
  expect(estimateWords(estimate(8, calibrate([])))).toBe('under 1 s (×4)');
  expect(calibrate(runs(1e4, [1, 1, 1, 1]))).toMatchObject({ costPerSecond: 1e5, pairs: 0, known: 4 });
});

test('with runs of the database it is its own rate, and says on how many it rests', () => {
  const calibration = calibrate(runs(2e4, [1, 1.1, 0.9, 1.2, 1, 0.8]));
  expect(calibration.costPerSecond).toBeGreaterThan(1.8e4);
  expect(calibration.costPerSecond).toBeLessThan(2.2e4);
  expect(calibration.factor).toBe(1.5);
  expect(estimateWords(estimate(2e6, calibration))).toMatch(/^about 1m\d\ds \(×1\.5, from 6 runs here\)$/);
});

test('a tenth of runs that waited for something moves the rate by little', () => {
  const seconds = fc.double({ min: 1e4, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(
      fc.double({ min: 2e3, max: 1e6, noNaN: true }),
      fc.array(seconds, { maxLength: 3 }),
      (rate, strays) => {
        const good = runs(
          rate,
          Array.from({ length: 30 }, (_, n) => 0.9 + (n % 5) * 0.05),
        );
        const bad = strays.map((one) => ({ cost: 1e5, seconds: one }));
        const { costPerSecond, factor } = calibrate([...good, ...bad]);
        expect(costPerSecond / rate).toBeGreaterThan(0.8);
        expect(costPerSecond / rate).toBeLessThan(1.25);
        expect(factor).toBeLessThan(2);
      },
    ),
  );
});

test('whatever was reported, the estimate is a number', () => {
  const any = fc.record({ cost: fc.double(), seconds: fc.double() });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 40 }), (pairs) => {
      const { costPerSecond, factor } = calibrate(pairs);
      expect(costPerSecond).toBeGreaterThan(0);
      expect(factor).toBeGreaterThanOrEqual(1.5);
    }),
  );
});

test.each([
  [0, '0'],
  [9_994, '9994'],
  [12_400, '12 k'],
  [999_600, '1 M'],
  [1_234_567, '1.2 M'],
  [47e6, '47 M'],
  [4e10, '40 billion'],
  [2.2e15, '2200 trillion'],
])('%d is told as %s', (value, text) => {
  expect(formatMany(value)).toBe(text);
});
