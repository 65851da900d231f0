import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { peakUse, peakWindows } from '../../src/steps/shared/cronjob/peak-hours.ts';

const at = new Date('2026-01-15T00:00:00Z');
const seoul = { window: '09:00-22:00', timeZone: 'Asia/Seoul' };
const use = (schedule: string, timeZone: string | null, peak = seoul, from = at) =>
  peakUse({ schedule, timeZone }, peakWindows(peak, from), from);

test('the schedule of the outage is in every peak, that of its action item in none', () => {
  expect(use('0 14 * * *', 'Asia/Seoul')).toMatchObject({
    hit: 366,
    first: new Date('2026-01-15T05:00:00Z'),
  });
  expect(use('0 3 * * *', 'Asia/Seoul')).toMatchObject({ hit: 0, first: null });
});

test('without a time zone the schedule is meant in UTC', () => {
  expect(use('0 3 * * *', null)).toMatchObject({ hit: 366, first: new Date('2026-01-15T03:00:00Z') });
  expect(use('0 18 * * *', null).hit).toBe(0);
});

test('summer time moves a schedule into the peak for a part of the year', () => {
  const berlin = { window: '08:00-20:00', timeZone: 'Europe/Berlin' };
  const { hit, peaks, first } = use('30 6 * * *', 'UTC', berlin);
  // 06:30 UTC is 07:30 in winter and 08:30 from 29 March to 25 October.
  expect({ hit, first }).toEqual({ hit: 210, first: new Date('2026-03-29T06:30:00Z') });
  expect(peaks).toBe(366);
});

test('a window over midnight, its end is outside, its beginning inside', () => {
  const night = { window: '22:00-02:00', timeZone: 'UTC' };
  expect(use('30 1 * * *', 'UTC', night).hit).toBeGreaterThanOrEqual(366);
  expect(use('0 22 * * *', 'UTC', night).hit).toBe(366);
  expect(use('0 2 * * *', 'UTC', night).hit).toBe(0);
  expect(use('59 21 * * *', 'UTC', night).hit).toBe(0);
});

test('a peak that goes on now counts', () => {
  const noon = new Date('2026-01-15T03:00:00Z');
  expect(use('30 3 15 1 *', 'UTC', seoul, noon)).toMatchObject({
    hit: expect.any(Number),
    first: new Date('2026-01-15T03:30:00Z'),
  });
});

test('a schedule that cannot be read, or never comes round, is in none', () => {
  expect(use('every day', 'UTC').hit).toBe(0);
  expect(use('0 12 30 2 *', 'UTC').hit).toBe(0);
});

describe('a daily schedule in the zone of the peak', () => {
  test('is in every peak or in none, exactly when its time is in the window', () => {
    const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const text = ([hour, minute]: readonly [number, number]) =>
      `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    fc.assert(
      fc.property(clock, clock, clock, (from, to, start) => {
        fc.pre(text(from) !== text(to));
        const peak = { window: `${text(from)}-${text(to)}`, timeZone: 'Asia/Seoul' };
        const inside =
          text(from) < text(to)
            ? text(from) <= text(start) && text(start) < text(to)
            : text(start) >= text(from) || text(start) < text(to);
        const { hit, peaks } = use(`${start[1]} ${start[0]} * * *`, 'Asia/Seoul', peak);
        expect(hit).toBeGreaterThanOrEqual(inside ? peaks - 1 : 0);
        if (!inside) expect(hit).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
