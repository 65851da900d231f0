import { expect, test } from 'vitest';
import { createCharts } from '../../../src/adapters/charts/create-charts.ts';
import { incidentChart } from '../../../src/charts/incident-chart.ts';
import { chartSpec } from '../../../src/charts/spec.ts';
import { outageIncident } from '../../charts/outage.ts';

const never = new AbortController().signal;

test('a picture is a PNG of a phone’s width, and the event loop goes on meanwhile', async () => {
  const incident = outageIncident();
  const chart = incidentChart(incident, incident.closedAt ?? '', 'Asia/Seoul');
  if (chart === null) throw new Error('There is no chart.');
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const png = Buffer.from(await createCharts().png(chartSpec(chart, 'dark'), never));
  clearInterval(watch);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  // Width and height stand at the beginning of the first chunk (w3.org/TR/png-3, 11.2.1).
  expect(png.readUInt32BE(16)).toBeGreaterThan(650);
  expect(png.readUInt32BE(16)).toBeLessThan(1000);
  expect(png.readUInt32BE(20)).toBeGreaterThan(900);
  expect(longest).toBeLessThan(500);
});

test('what cannot be drawn is told as a failed chart, and the next one is drawn', async () => {
  const charts = createCharts();
  await expect(charts.png({ mark: 'no such mark', encoding: 7 }, never)).rejects.toMatchObject({
    code: 'chart-failed',
  });
  const spec = {
    data: { values: [{ a: 1 }] },
    mark: 'point',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  };
  expect((await charts.png(spec, never)).length).toBeGreaterThan(100);
});
