import { expect, test } from 'vitest';
import { historyChart, type RecordedDrill } from '../../src/charts/history-chart.ts';
import { chartSpec } from '../../src/charts/spec.ts';
import { foldIncident, type Incident } from '../../src/domain/incident.ts';
import { story } from '../postmortem/story.ts';

const DAY_MS = 86_400_000;
const first = foldIncident('INC-1', story());
const START = Date.parse(first.openedAt);
const at = (days: number, minutes = 0) => new Date(START + days * DAY_MS + minutes * 60_000).toISOString();

/** An incident that many days later, recovered after so many minutes, of which no step is known. */
function incident(id: string, days: number, minutes: number | null): Incident {
  const recoveredAt = minutes === null ? null : at(days, minutes);
  return { ...first, id, openedAt: at(days), causeAt: at(days, 1), recoveredAt, alerts: [], runs: [] };
}

function drill(days: number, recoverySeconds: number | null, ok = true): RecordedDrill {
  const by = { kind: 'person', id: 'ann', name: 'ann', via: 'terminal' } as const;
  return { scenario: 'outage', ok, problems: [], recoverySeconds, version: '0.1.0', by, at: at(days) };
}

const look = { title: 'Incidents and drills', timeZone: 'Asia/Seoul' };

test('drills stand beside incidents in one panel, in the order of time; a failed one is marked', () => {
  const incidents = [incident('INC-2', 20, 8), incident('INC-1', 0, 20), incident('INC-3', 30, null)];
  const chart = historyChart({ incidents, drills: [drill(25, 150), drill(5, null, false)] }, look);
  if (chart === null) throw new Error('There is no chart.');
  const [recovery, cause] = chart.panels;
  expect(recovery?.lines.map(({ name, points }) => [name, points])).toEqual([
    [
      'incidents',
      [
        [START, 20],
        [START + 20 * DAY_MS, 8],
      ],
    ],
    ['drills', [[START + 25 * DAY_MS, 2.5]]],
  ]);
  expect(cause?.lines[0]?.points).toHaveLength(3);
  expect(chart.marks).toEqual([{ at: START + 5 * DAY_MS, label: 'drill failed' }]);
  expect(chart.altText).toMatch(
    /^Chart of Incidents and drills, newest first\. INC-3 on .*INC-2.*Drill outage on .*FAILED\..*INC-1/,
  );
  // Days apart, and still one line whose axis tells days.
  const spec = JSON.stringify(chartSpec(chart, 'light'));
  expect(spec).not.toContain('"part":1');
  expect(spec).toMatch(/\d+ (?:Nov|Dec)/);
});

test('a series of one point, through which no line leads, is drawn to be seen and named by its shape', () => {
  const incidents = [incident('INC-1', 0, 20), incident('INC-2', 20, 8)];
  const chart = historyChart({ incidents, drills: [drill(25, 150)] }, look);
  if (chart === null) throw new Error('There is no chart.');
  expect(chart.panels[0]?.title).toBe('Recovery, drill as diamond');
  const spec = JSON.stringify(chartSpec(chart, 'light'));
  const alone = [...spec.matchAll(/"value":([\d.]+),"part":0,"alone":true/g)].map(([, value]) => value);
  expect(new Set(alone)).toEqual(new Set(['2.5']));
  expect(spec).toContain('"size":{"condition":{"test":"datum.alone","value":60},"value":9}');
  expect(spec).toContain('"shape":"diamond"');
});

test('one incident alone is no picture', () => {
  expect(historyChart({ incidents: [incident('INC-1', 0, 4)], drills: [] }, look)).toBeNull();
  expect(historyChart({ incidents: [], drills: [] }, look)).toBeNull();
});
