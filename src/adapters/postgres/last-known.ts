import { type FirebreakError, withSituation } from '../../domain/errors.ts';
import { formatCount, formatDuration, utcTime } from '../../domain/format.ts';
import type { Fact } from '../../domain/plan.ts';
import { postgresMillis } from '../../domain/postgres-time.ts';
import type { Snapshot } from '../../domain/snapshot.ts';

/** Counts of the cheap probe. */
export interface Probe {
  readonly busy: number;
  readonly on_cpu: number;
  readonly lock_waiting: number;
  /** Seconds, or null when no transaction runs. */
  readonly oldest_seconds: number | null;
}

/** What is still known of a server that could not be read. */
export interface LastKnown {
  readonly server: string;
  readonly snapshot: Snapshot | null;
  readonly probe: { readonly counts: Probe; readonly at: Date } | null;
  /** How the two sessions of Firebreak are doing, in words. */
  readonly sessions: string;
  readonly now: Date;
}

/** The failure of a reading, with everything that is known of the server all the same. */
export function withLastKnown(error: FirebreakError, last: LastKnown): FirebreakError {
  const known: Fact[] = [
    ...(last.probe === null
      ? []
      : [
          {
            name: `Short probe of ${last.server}, ${utcTime(last.probe.at)}`,
            value: countsText(last.probe.counts),
          },
        ]),
    last.snapshot === null
      ? { name: `Last reading of ${last.server}`, value: 'none since Firebreak started' }
      : lastReading(last.snapshot, last),
    { name: 'Sessions of Firebreak', value: last.sessions },
  ];
  const missing = last.probe === null ? 'how loaded it is now, and who runs what' : 'who runs what';
  return withSituation(error, {
    known,
    unknown: [`${last.server}: ${missing}, because it could not be read.`],
  });
}

function lastReading({ at, slots, onCpu, sessions }: Snapshot, { server, now }: LastKnown): Fact {
  const taken = new Date(postgresMillis(at));
  const age = formatDuration(Math.max(0, (now.getTime() - taken.getTime()) / 1000));
  const oldest = sessions[0]?.transactionSeconds ?? null;
  return {
    name: `Last reading of ${server}, ${utcTime(taken)} (${age} before)`,
    value: `${slots.used} of ${slots.max} slots used, ${onCpu} on CPU${oldestText(oldest)}`,
  };
}

function countsText({ busy, on_cpu, lock_waiting, oldest_seconds }: Probe): string {
  return `${formatCount(busy, 'busy session')}, ${on_cpu} on CPU, ${lock_waiting} waiting for locks${oldestText(oldest_seconds)}`;
}

function oldestText(seconds: number | null): string {
  return seconds === null ? '' : `, oldest transaction ${formatDuration(seconds)}`;
}
