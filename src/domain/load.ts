import type { Series } from './outcome.ts';
import { type Snapshot, usableSlots } from './snapshot.ts';

/** How loaded a database was at one moment; null is what that reading could not tell. */
export interface LoadReading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly onCpu: number | null;
  readonly cores: number | null;
  readonly active: number | null;
  readonly slotsUsed: number | null;
  readonly slotsUsable: number | null;
  /** Of the slowest standby. */
  readonly lagBytes: number | null;
  readonly lockWaiting: number | null;
  /** Clients that wait in a PgBouncer. */
  readonly poolWaiting: number | null;
  /** CPU share of 0 to 1 from metrics. */
  readonly cpuShare: number | null;
}

/** Names of the lines: charts find them by these. */
export const lines = {
  onCpu: 'on-CPU sessions',
  active: 'active sessions',
  slots: 'slots used',
  lag: 'replication lag',
  locks: 'waiting for a lock',
  pools: 'waiting in PgBouncer',
  cpu: 'CPU',
} as const;

const NOTHING: Omit<LoadReading, 'at'> = {
  onCpu: null,
  cores: null,
  active: null,
  slotsUsed: null,
  slotsUsable: null,
  lagBytes: null,
  lockWaiting: null,
  poolWaiting: null,
  cpuShare: null,
};

/** A reading of which only this is known. */
export function partialReading(at: number, known: Partial<LoadReading>): LoadReading {
  return { ...NOTHING, ...known, at };
}

/** What a snapshot of the primary tells of the load. */
export function readingOf(snapshot: Snapshot, at: number): LoadReading {
  const lags = snapshot.standbys
    .filter(({ kind }) => kind === 'standby')
    .flatMap(({ replayBytes }) => replayBytes ?? []);
  return partialReading(at, {
    onCpu: snapshot.onCpu,
    cores: snapshot.cores,
    active: snapshot.sessions.filter(({ state }) => state === 'active').length,
    slotsUsed: snapshot.slots.used,
    slotsUsable: usableSlots(snapshot.slots),
    lagBytes: lags.length === 0 ? null : Math.max(...lags),
    lockWaiting: snapshot.groups.reduce((sum, group) => sum + group.lockWaiting, 0),
  });
}

/** Readings as lines of at most this many points each; a line without a point is left out. */
export function loadSeries(readings: readonly LoadReading[], mostPoints: number): Series[] {
  const line = (
    name: string,
    unit: string,
    value: (reading: LoadReading) => number | null,
    limit: (reading: LoadReading) => number | null = () => null,
  ): Series[] => {
    const points = readings.flatMap((reading): [number, number][] => {
      const point = value(reading);
      return point === null ? [] : [[reading.at, point]];
    });
    if (points.length === 0) return [];
    const most = readings.map(limit).findLast((found) => found !== null) ?? null;
    return [{ name, unit, ...(most === null ? {} : { limit: most }), points: thinned(points, mostPoints) }];
  };
  return [
    ...line(
      lines.onCpu,
      'sessions',
      ({ onCpu }) => onCpu,
      ({ cores }) => cores,
    ),
    ...line(lines.active, 'sessions', ({ active }) => active),
    ...line(
      lines.slots,
      'slots',
      ({ slotsUsed }) => slotsUsed,
      ({ slotsUsable }) => slotsUsable,
    ),
    ...line(lines.lag, 'bytes', ({ lagBytes }) => lagBytes),
    ...line(lines.locks, 'sessions', ({ lockWaiting }) => lockWaiting),
    ...line(lines.pools, 'clients', ({ poolWaiting }) => poolWaiting),
    ...line(
      lines.cpu,
      '%',
      ({ cpuShare }) => (cpuShare === null ? null : cpuShare * 100),
      ({ cpuShare }) => (cpuShare === null ? null : 100),
    ),
  ];
}

/** At most this many points over the same time: of each stretch the highest, so that a peak is never lost, and the last. */
function thinned(points: readonly [number, number][], most: number): [number, number][] {
  if (points.length <= most) return [...points];
  const stretches = Array.from({ length: most - 1 }, (_, index) => {
    const from = Math.floor((index * (points.length - 1)) / (most - 1));
    const to = Math.floor(((index + 1) * (points.length - 1)) / (most - 1));
    return points.slice(from, to);
  });
  const highest = stretches.flatMap((stretch) =>
    stretch.length === 0 ? [] : [stretch.reduce((best, point) => (point[1] > best[1] ? point : best))],
  );
  const last = points.at(-1);
  return last === undefined ? highest : [...highest, last];
}

/** The same lines as one, in time order; of two points of one moment the later one counts. */
export function mergedSeries(series: readonly Series[], mostPoints: number): Series[] {
  const groups = Map.groupBy(series, ({ name, unit }) => `${name}\n${unit}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const byTime = new Map(same.flatMap(({ points }) => points));
    const points = [...byTime].sort(([one], [other]) => one - other);
    const limit = same.findLast((one) => one.limit !== undefined)?.limit;
    const { name, unit } = first;
    return [{ name, unit, ...(limit === undefined ? {} : { limit }), points: thinned(points, mostPoints) }];
  });
}

/** Only the points in this span of time (milliseconds, ends included); lines without one are left out. */
export function clippedSeries(series: readonly Series[], from: number, to: number): Series[] {
  return series.flatMap((one) => {
    const points = one.points.filter(([at]) => at >= from && at <= to);
    return points.length === 0 ? [] : [{ ...one, points }];
  });
}
