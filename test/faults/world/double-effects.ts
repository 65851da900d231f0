import type { Facts, SignalFact } from './facts.ts';
import { triesOf } from './tries.ts';

/** How much of what looks like a repetition is allowed. */
export interface Allowed {
  /** Changes of the CronJob's spec that the runbook makes when nothing goes wrong. */
  readonly specChanges: number;
  /**
   * Cancels that one session may have taken no notice of. One belongs to the kill; after a crash in the middle of it
   * the guarded cancel comes again for a session that still runs the same query, because its outcome is not known.
   */
  readonly ignoredCancels: number;
  /** False where nothing happens that opens an incident; true unless told. */
  readonly incident?: boolean;
}

/** Effects on the world that happened more than once; a sentence for each. */
export function doubleEffects(
  { entries, signals, specChanges }: Pick<Facts, 'entries' | 'signals' | 'specChanges'>,
  allowed: Allowed,
): readonly string[] {
  const completed = triesOf(entries).flatMap(({ name, events }) => {
    const count = events.filter(({ type }) => type === 'effect.completed').length;
    return count > 1 ? [`The effect of ${name} was completed ${count} times.`] : [];
  });
  const changed =
    specChanges > allowed.specChanges
      ? [`The spec of the CronJob was changed ${specChanges} times instead of ${allowed.specChanges}.`]
      : [];
  return [
    ...completed,
    ...changed,
    ...repeated(signals, 'cancelled', 1),
    ...repeated(signals, 'terminated', 1),
    ...repeated(signals, 'ignored a cancel', allowed.ignoredCancels),
  ];
}

function repeated(signals: readonly SignalFact[], what: SignalFact['what'], most: number): string[] {
  const byPid = Map.groupBy(
    signals.filter((signal) => signal.what === what),
    ({ pid }) => pid,
  );
  return [...byPid].flatMap(([pid, found]) =>
    found.length > most ? [`The session with pid ${pid} ${what} ${found.length} times.`] : [],
  );
}
