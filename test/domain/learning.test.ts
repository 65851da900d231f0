import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldIncident } from '../../src/domain/incident.ts';
import { learnedFrom, timesOf, turns } from '../../src/domain/learning.ts';
import { learnedTexts, turnsText } from '../../src/words/turns.ts';
import { story } from '../postmortem/story.ts';

const incident = foldIncident('INC-1', story());

test('an incident tells how long it took to each of its turns, from its own events', () => {
  const times = timesOf(incident);
  const after = (at: string | null) => (Date.parse(at ?? '') - Date.parse(incident.openedAt)) / 1000;
  expect(times.diagnose).toBe(after(incident.causeAt));
  expect(times.recover).toBe(after(incident.recoveredAt));
  const decided = story().find(
    ({ event }) => event.type === 'decision.recorded' && event.by.kind === 'person',
  );
  expect(times.decide).toBe(after(decided?.at ?? null));
  expect(times.act).toBeGreaterThanOrEqual(times.decide ?? Number.NaN);
  expect(turnsText(times)).toMatch(
    /^(detected after .+, )?cause named after .+, first decision after .+, first action after .+, recovered after .+$/,
  );
});

test('whatever senders and clocks say, no time is negative and nothing throws', () => {
  const anyTime = fc.oneof(
    fc.string(),
    fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
  );
  const anyIncident = fc
    .record({
      startsAt: anyTime,
      recoveredAt: fc.option(fc.date({ noInvalidDate: true }).map((at) => at.toISOString())),
    })
    .map(({ startsAt, recoveredAt }) => ({
      ...incident,
      recoveredAt,
      alerts: incident.alerts.map((one) => ({ ...one, alert: { ...one.alert, startsAt } })),
    }));
  fc.assert(
    fc.property(fc.array(anyIncident, { maxLength: 5 }), (incidents) => {
      const { medians, count } = learnedFrom(incidents);
      expect(count).toBe(incidents.length);
      for (const turn of turns) {
        const all = incidents.flatMap((one) => timesOf(one)[turn] ?? []);
        if (all.length === 0) expect(medians[turn]).toBeNull();
        else {
          expect(medians[turn]).toBeGreaterThanOrEqual(Math.max(0, Math.min(...all)));
          expect(medians[turn]).toBeLessThanOrEqual(Math.max(...all));
        }
      }
    }),
  );
});

test('one incident has nothing in common with others, and a culprit of one is not told as coming back', () => {
  expect(learnedTexts(learnedFrom([incident]))).toEqual([]);
  const other = { ...incident, causes: [] };
  expect(learnedFrom([incident, other]).recurring).toEqual([]);
  expect(learnedFrom([incident, other, incident]).recurring).toMatchObject([{ count: 2 }]);
});
