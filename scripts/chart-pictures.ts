import { writeFile } from 'node:fs/promises';
import { createCharts } from '../src/adapters/charts/create-charts.ts';
import { incidentChart } from '../src/charts/incident-chart.ts';
import { chartSpec } from '../src/charts/spec.ts';
import { outageIncident } from '../test/charts/outage.ts';

/** Draws the pictures of docs/postmortem.md. */
const incident = outageIncident();
const chart = incidentChart(incident, incident.closedAt ?? incident.openedAt, 'Asia/Seoul');
if (chart === null) throw new Error('There is no chart.');
const charts = createCharts();
for (const theme of ['light', 'dark'] as const) {
  const png = await charts.png(chartSpec(chart, theme), new AbortController().signal);
  await writeFile(`docs/images/chart-${theme}.png`, png);
}
