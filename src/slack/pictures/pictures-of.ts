import type { Chart } from '../../charts/chart.ts';
import { incidentChart } from '../../charts/incident-chart.ts';
import type { Incident, StepAttempt } from '../../domain/incident.ts';

/** A picture that a message of an incident shows when it is there. */
export interface Picture {
  /** The key of its row: `picture:` and the key of its message. */
  readonly key: string;
  readonly chart: Chart;
}

/** The pictures of an incident by the keys of their messages: of each watch that has ended, and of all when it is closed. Pure. */
export function picturesOf(
  incident: Incident,
  timeZone: string,
  cardKey: (run: Incident['runs'][number], attempt: StepAttempt) => string,
): Map<string, Picture> {
  const wanted = incident.runs.flatMap((run) =>
    run.attempts.flatMap((attempt): [string, string][] => {
      const end = watchedUntil(attempt);
      return end === null ? [] : [[cardKey(run, attempt), end]];
    }),
  );
  if (incident.closedAt !== null) wanted.push(['parent', incident.closedAt]);
  const pictures = wanted.flatMap(([key, until]): [string, Picture][] => {
    const chart = incidentChart(incident, until, timeZone);
    return chart === null ? [] : [[key, { key: `picture:${key}`, chart }]];
  });
  return new Map(pictures);
}

/** When a watch ended: its step, or its last reading where a person is asked; null for steps that watch nothing. */
function watchedUntil({ verdict, times }: StepAttempt): string | null {
  const readings = verdict?.series.flatMap(({ points }) => points.map(([at]) => at)) ?? [];
  if (readings.length === 0) return null;
  return verdict?.status === 'passed' && times.endedAt !== undefined
    ? times.endedAt
    : new Date(Math.max(...readings)).toISOString();
}
