import type { Series } from '../../../domain/outcome.ts';
import type { Sample } from './sample.ts';

/** Points kept of each line: enough for a chart, small enough for the journal. */
const POINTS = 240;

/** The samples as lines for a chart; a longer watch keeps every n-th sample and always the last. */
export function seriesOf(samples: readonly Sample[]): Series[] {
  const step = Math.ceil(samples.length / POINTS);
  const kept = samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
  const line = (name: string, unit: string, value: (sample: Sample) => number | null): Series => ({
    name,
    unit,
    points: kept.flatMap((sample): [number, number][] => {
      const point = value(sample);
      return point === null ? [] : [[sample.at, point]];
    }),
  });
  return [
    line('on-CPU sessions', 'sessions', ({ onCpu }) => onCpu),
    line('active sessions', 'sessions', ({ active }) => active),
    line('slots used', 'slots', ({ slotsUsed }) => slotsUsed),
    line('replication lag', 'bytes', ({ lagBytes }) => lagBytes),
    ...(samples.some(({ poolWaiting }) => poolWaiting !== null)
      ? [line('waiting in PgBouncer', 'clients', ({ poolWaiting }) => poolWaiting)]
      : []),
  ];
}
