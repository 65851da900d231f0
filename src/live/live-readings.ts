import { signalAge } from '../diagnosis/sessions.ts';
import { postgresMillis } from '../domain/postgres-time.ts';
import { usableSlots } from '../domain/snapshot.ts';
import type { LiveReadings } from '../ports/live.ts';
import { locksOf } from './locks.ts';
import { createReader, type LivePorts, type LiveReading } from './reading.ts';
import { sessionNow } from './session-now.ts';

/** Younger sessions are the daily traffic. */
const OLDER_THAN_SECONDS = 1;

/** Reads the monitored databases when people ask what goes on. */
export function createLiveReadings(ports: LivePorts): LiveReadings {
  const read = createReader(ports);
  return {
    async queries(database) {
      const reading = await read(database);
      const { snapshot, cluster } = reading;
      const sessions = snapshot.sessions
        .filter((session) => signalAge(session) >= OLDER_THAN_SECONDS)
        .sort((a, b) => signalAge(b) - signalAge(a))
        .map((session) => sessionNow(session, cluster));
      return { ...common(reading), onCpu: snapshot.onCpu, sessions, olderThanSeconds: OLDER_THAN_SECONDS };
    },
    async locks(database) {
      const reading = await read(database);
      return { ...common(reading), ...locksOf(reading) };
    },
  };
}

function common({ snapshot, gaps }: LiveReading) {
  const millis = postgresMillis(snapshot.at);
  return {
    database: snapshot.database,
    at: Number.isNaN(millis) ? snapshot.at : new Date(millis).toISOString(),
    slots: { used: snapshot.slots.used, usable: usableSlots(snapshot.slots) },
    gaps,
  };
}
