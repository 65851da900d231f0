import { describe, expect, test } from 'vitest';
import { incidentChart } from '../../src/charts/incident-chart.ts';
import { chartSpec } from '../../src/charts/spec.ts';
import { fold, makeRunbook, makeStep, opening } from '../support/domain.ts';
import { outageIncident, START } from './outage.ts';

const END = new Date(START + 960_000).toISOString();

function chartOf(until = END) {
  const chart = incidentChart(outageIncident(), until, 'Asia/Seoul');
  if (chart === null) throw new Error('There is no chart.');
  return chart;
}

describe('the picture of an incident', () => {
  test('shows what was measured, each with its scale', () => {
    expect(chartOf().panels.map(({ title, unit, limit }) => [title, unit, limit?.text ?? null])).toEqual([
      ['Connections', '', 'of 97'],
      ['Sessions that want a CPU', '', 'for 8 cores'],
      ['Replication lag', 'GB', null],
      ['Waiting: locks, pool (dashed)', '', null],
    ]);
  });

  test('marks what people changed and when, and not what was only read', () => {
    expect(chartOf().marks.map(({ at, label }) => [label, (at - START) / 1000])).toEqual([
      ['alert', 0],
      ['cause', 12],
      ['suspended', 240],
      ['killed', 300],
      ['recovered', 900],
    ]);
  });

  test('ends at the moment that is asked for', () => {
    const chart = chartOf(new Date(START + 270_000).toISOString());
    expect(chart.marks.at(-1)?.label).toBe('suspended');
    expect(
      Math.max(
        ...chart.panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([at]) => at))),
      ),
    ).toBe(START + 234_000);
  });

  test('says in words with numbers what it shows', () => {
    expect(chartOf().altText).toContain('Connections: first 97, highest 97 of 97 after 6 s, last 14.');
    expect(chartOf().altText).toContain(
      'Replication lag: first 0.02 GB, highest 1.06 GB after 5m20s, last 0 GB.',
    );
    expect(chartOf().altText).toContain('suspended after 4m00s, killed after 5m00s, recovered after 15m00s.');
  });

  test('is not made of less than three readings', () => {
    expect(incidentChart(fold(opening(makeRunbook([makeStep('a')]))), END, 'UTC')).toBeNull();
  });
});

describe('the specification', () => {
  const text = (theme: 'light' | 'dark') => JSON.stringify(chartSpec(chartOf(), theme));

  test('tells the time in the zone of the team', () => {
    expect(text('dark')).toContain('14:25');
    expect(text('dark')).toContain('GMT+9');
    expect(text('dark')).not.toContain('05:25');
  });

  test('breaks a line where nothing was read for more than two minutes', () => {
    const sparse = {
      ...chartOf(),
      panels: [
        {
          title: 'Connections',
          unit: '',
          limit: null,
          lines: [
            {
              name: 'slots used',
              unit: '',
              points: [
                [START, 1],
                [START + 100_000, 2],
                [START + 230_000, 3],
              ] as [number, number][],
            },
          ],
        },
      ],
    };
    const parts = [...JSON.stringify(chartSpec(sparse, 'light')).matchAll(/"part":(\d)/g)].map(
      ([, part]) => part,
    );
    expect(parts.slice(0, 3)).toEqual(['0', '0', '1']);
  });

  test('is readable in both themes: text has a contrast of 7, lines of 3', async () => {
    const { themes } = await import('../../src/charts/themes.ts');
    for (const theme of Object.values(themes)) {
      expect(contrast(theme.text, theme.background)).toBeGreaterThan(7);
      for (const color of [theme.line, theme.second, theme.limit, theme.mark])
        expect(contrast(color, theme.background)).toBeGreaterThan(3);
    }
  });
});

/** Of WCAG 2.2: 1 is none, 21 is black on white. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
