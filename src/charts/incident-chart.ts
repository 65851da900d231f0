import { type Incident, measuredSeries } from '../domain/incident.ts';
import { clippedSeries } from '../domain/load.ts';
import { altTextOf } from './alt-text.ts';
import type { Chart } from './chart.ts';
import { marksOf } from './marks.ts';
import { panelsOf } from './panels.ts';

/** Readings of one moment are no picture. */
const FEWEST_POINTS = 3;

/**
 * The picture of an incident until a moment (ISO 8601), from its journal alone; null when too little was measured for
 * one. Pure.
 */
export function incidentChart(incident: Incident, until: string, timeZone: string): Chart | null {
  const end = Date.parse(until);
  const series = clippedSeries(measuredSeries(incident), 0, end);
  const times = series.flatMap(({ points }) => points.map(([at]) => at));
  if (new Set(times).size < FEWEST_POINTS) return null;
  const chart = {
    title: `${incident.id} · ${incident.database}`,
    from: Math.min(Date.parse(incident.openedAt), ...times),
    to: Math.max(end, ...times),
    timeZone,
    panels: panelsOf(series),
    marks: marksOf(incident).filter(({ at }) => at <= end),
  };
  return chart.panels.length === 0 ? null : { ...chart, altText: altTextOf(chart) };
}
