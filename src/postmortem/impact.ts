import { formatBytes } from '../domain/format.ts';
import { type Incident, measuredSeries } from '../domain/incident.ts';
import type { Series } from '../domain/outcome.ts';
import type { ImpactReading, Measured } from '../domain/post-mortem.ts';
import { bullets } from './markdown.ts';

/** `orders delayed: 2,300 orders`. */
export function impactText({ name, unit, value }: ImpactReading): string {
  return value === null ? name : `${name}: ${amount(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** What the service lost, as it was configured to be measured, and the worst of the database's own numbers. */
export function impact(incident: Incident, measured: Measured | null): string[] {
  const peaks = measuredSeries(incident).flatMap(peakOf);
  return [
    ...service(measured?.impact ?? null),
    '',
    ...(peaks.length === 0
      ? ['Of the load on the database nothing was measured.']
      : [
          'Highest values of the database that were measured while the incident was handled:',
          ...bullets(peaks),
        ]),
    '',
    '_What else customers noticed was not measured: for people to write._',
  ];
}

function service(readings: readonly ImpactReading[] | null): string[] {
  if (readings === null) return ['The impact on the service was not measured.'];
  if (readings.length === 0)
    return [
      'The impact on the service was not measured: no `impact` and no `slo` is configured for this database.',
    ];
  return [
    'Measured over the time of the incident:',
    ...bullets(
      readings.map((reading) =>
        reading.missing === null
          ? `${impactText(reading)} (${reading.source})`
          : `${reading.name}: not measured (${reading.source}: ${reading.missing})`,
      ),
    ),
  ];
}

function peakOf({ name, unit, points, limit }: Series): string[] {
  if (points.length === 0) return [];
  const worst = points.reduce((most, [, value]) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (unit === 'bytes') return [`${name}: ${formatBytes(worst)}`];
  const most = limit === undefined ? '' : `, where ${amount(limit)} are there`;
  return [`${name}: ${amount(worst)}${unit === '' ? '' : ` ${unit}`}${unit === '%' ? '' : most}`];
}

function amount(value: number): string {
  return (Math.round(value * 100) / 100).toLocaleString('en');
}
