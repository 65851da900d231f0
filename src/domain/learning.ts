import { culpritName } from './cause.ts';
import type { DrillRecord } from './drill-record.ts';
import type { Incident } from './incident.ts';

/** How long an incident took to each of its turns, in seconds; null where it did not come to it, or nobody knows. */
export interface IncidentTimes {
  /** From the start that the sender of the alert tells to the opening: scraping, `for:` and grouping are in it. */
  readonly detect: number | null;
  /** From the opening on, like all that follow: until the cause was named. */
  readonly diagnose: number | null;
  /** Until a person first decided that something shall be done. */
  readonly decide: number | null;
  /** Until the first of what people decided began. */
  readonly act: number | null;
  readonly recover: number | null;
}

export const turns = [
  'detect',
  'diagnose',
  'decide',
  'act',
  'recover',
] as const satisfies readonly (keyof IncidentTimes)[];

/** What past incidents have in common. */
export interface Learned {
  readonly count: number;
  /** The median of each turn over the incidents that came to it. */
  readonly medians: IncidentTimes;
  /** Culprits of more than one of them, the most frequent first. */
  readonly recurring: readonly { readonly culprit: string; readonly count: number }[];
}

export function timesOf(incident: Incident): IncidentTimes {
  const { openedAt, alerts, causeAt, recoveredAt, runs } = incident;
  const decided = runs
    .flatMap(({ attempts }) => attempts)
    .filter(({ decision }) => decision !== null && decision.by.kind === 'person');
  const startsAt = alerts.filter(({ at }) => at <= openedAt).map(({ alert }) => alert.startsAt);
  const since = (at: string | null | undefined) => between(openedAt, at);
  return {
    detect: between(earliest(startsAt), openedAt),
    diagnose: since(causeAt),
    decide: since(earliest(decided.map(({ approval, decision }) => (approval ?? decision)?.at))),
    act: since(earliest(decided.map(({ times }) => times.intendedAt))),
    recover: since(recoveredAt),
  };
}

/** What incidents have in common; prevention runs among them are left out. Pure. */
export function learnedFrom(every: readonly Incident[]): Learned {
  const incidents = every.filter(({ purpose }) => purpose === 'incident');
  const all = incidents.map(timesOf);
  const medianOf = (turn: keyof IncidentTimes) => median(all.flatMap((times) => times[turn] ?? []));
  return {
    count: incidents.length,
    medians: {
      detect: medianOf('detect'),
      diagnose: medianOf('diagnose'),
      decide: medianOf('decide'),
      act: medianOf('act'),
      recover: medianOf('recover'),
    },
    recurring: recurring(incidents),
  };
}

/** How rehearsals went; the median in seconds over those in which recovery was measured, or null. Pure. */
export function drillScores(drills: readonly DrillRecord[]): {
  readonly count: number;
  readonly passed: number;
  readonly medianRecovery: number | null;
} {
  return {
    count: drills.length,
    passed: drills.filter(({ ok }) => ok).length,
    medianRecovery: median(drills.flatMap(({ recoverySeconds }) => recoverySeconds ?? [])),
  };
}

function recurring(incidents: readonly Incident[]): Learned['recurring'] {
  const culprits = incidents.flatMap(({ causes: [cause] }) =>
    cause?.culprit == null || cause.culprit.kind === 'unknown' ? [] : [culpritName(cause.culprit)],
  );
  return [...Map.groupBy(culprits, (name) => name)]
    .map(([culprit, { length: count }]) => ({ culprit, count }))
    .filter(({ count }) => count > 1)
    .sort((a, b) => b.count - a.count || a.culprit.localeCompare(b.culprit));
}

function earliest(times: readonly (string | undefined)[]): string | null {
  const known = times.map((at) => Date.parse(at ?? '')).filter((at) => Number.isFinite(at));
  return known.length === 0 ? null : new Date(Math.min(...known)).toISOString();
}

/** Null also where clocks disagree, so that the end comes before the start. */
function between(from: string | null, to: string | null | undefined): number | null {
  if (from === null || to === null || to === undefined) return null;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds >= 0 ? seconds : null;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
