import { type LoadReading, loadSeries, partialReading, readingOf } from '../domain/load.ts';
import type { Series } from '../domain/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ports } from '../steps/step-kind.ts';

/** Readings kept of each database, and points of a line that one entry of the journal gets. */
const MOST_READINGS = 600;
const MOST_POINTS = 60;

/** Notes the load of databases from what steps read anyway; it asks nothing itself. In memory of this process. */
export interface Meter {
  /** The same ports; what is read through them is noted. */
  over(ports: Ports): Ports;
  /** The load of a database after one moment and before another, both milliseconds and excluded; few points of each line. */
  between(database: string, after: number, before: number): Series[];
}

export function createMeter(clock: Clock): Meter {
  const kept = new Map<string, LoadReading[]>();
  /** The time of the last snapshot that was noted: a repeated answer is no reading. */
  const seen = new Map<string, string>();
  const waiting = new Map<string, Map<string, number>>();
  const now = (): number => clock.now().getTime();

  function note(database: string, reading: LoadReading): void {
    const readings = [...(kept.get(database) ?? []), reading];
    const isFull = readings.length > MOST_READINGS;
    kept.set(database, isFull ? readings.filter((_, index) => index % 2 === 1) : readings);
  }

  return {
    over: ({ databases, poolers, workloads, metrics, ...others }) => ({
      ...others,
      workloads,
      databases: {
        ...databases,
        async snapshot(database, server, signal) {
          const snapshot = await databases.snapshot(database, server, signal);
          if (server === 'primary' && seen.get(database) !== snapshot.at) {
            seen.set(database, snapshot.at);
            note(database, readingOf(snapshot, now()));
          }
          return snapshot;
        },
      },
      poolers: {
        ...poolers,
        async pools(database, pooler, signal) {
          const found = await poolers.pools(database, pooler, signal);
          const last = new Map(waiting.get(database)).set(
            pooler,
            found.pools.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0),
          );
          waiting.set(database, last);
          const poolWaiting = [...last.values()].reduce((sum, clients) => sum + clients, 0);
          note(database, partialReading(now(), { poolWaiting }));
          return found;
        },
      },
      metrics: {
        ...metrics,
        async cpu(database, signal) {
          const reading = await metrics.cpu(database, signal);
          if (reading !== null) note(database, partialReading(now(), { cpuShare: reading.value }));
          return reading;
        },
      },
    }),
    between(database, after, before) {
      const readings = (kept.get(database) ?? []).filter(({ at }) => at > after && at < before);
      return loadSeries(readings, MOST_POINTS);
    },
  };
}
