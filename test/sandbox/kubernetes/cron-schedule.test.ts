import { describe, expect, test } from 'vitest';
import { CronSchedule, isTimeZone, scheduleProblem } from '../../../src/sandbox/kubernetes/cron-schedule.ts';

const at = (text: string) => new Date(text);

describe('cron schedules', () => {
  test.each([
    {
      schedule: '*/15 * * * *',
      zone: undefined,
      after: '2026-03-01T10:07:00Z',
      next: '2026-03-01T10:15:00Z',
    },
    {
      schedule: '30 2 * * *',
      zone: 'America/New_York',
      after: '2026-01-10T00:00:00Z',
      next: '2026-01-10T07:30:00Z',
    },
    {
      schedule: '30 2 * * *',
      zone: 'America/New_York',
      after: '2026-07-10T00:00:00Z',
      next: '2026-07-10T06:30:00Z',
    },
    { schedule: '@daily', zone: 'Asia/Kolkata', after: '2026-01-10T00:00:00Z', next: '2026-01-10T18:30:00Z' },
    {
      schedule: '0 12 13 * fri',
      zone: undefined,
      after: '2026-11-07T00:00:00Z',
      next: '2026-11-13T12:00:00Z',
    },
    {
      schedule: '0 12 13 * fri',
      zone: undefined,
      after: '2026-11-14T00:00:00Z',
      next: '2026-11-20T12:00:00Z',
    },
    {
      schedule: '0 0 ? * mon-wed',
      zone: undefined,
      after: '2026-11-05T00:00:00Z',
      next: '2026-11-09T00:00:00Z',
    },
  ])('$schedule in $zone after $after is $next', ({ schedule, zone, after, next }) => {
    expect(scheduleProblem(schedule)).toBeUndefined();
    expect(new CronSchedule(schedule, zone).next(at(after))).toEqual(at(next));
  });

  test('the latest missed slot is found one step or a year back, and many misses are told', () => {
    const schedule = new CronSchedule('*/5 * * * *');
    const now = at('2026-11-23T12:03:00Z');
    const slot = at('2026-11-23T12:00:00Z');
    expect(schedule.latest(at('2026-11-23T11:58:00Z'), now)).toEqual({ slot, tooMany: false });
    expect(schedule.latest(at('2025-11-23T11:58:00Z'), now)).toEqual({ slot, tooMany: true });
    expect(schedule.latest(slot, now)).toEqual({ slot: undefined, tooMany: false });
  });

  test.each([
    ['every day', 'expected exactly 5 fields, found 2: [every day]'],
    ['61 * * * *', 'end of range (61) above maximum (59): 61'],
    ['0 0 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['0 5-3 * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['0 0 L * *', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
    ['@noon', 'unrecognized descriptor: @noon'],
  ])('refuses %s', (schedule, problem) => {
    expect(scheduleProblem(schedule)).toBe(problem);
  });

  test('time zones are those of the IANA database', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Base')]).toEqual([true, false]);
  });
});
