import type { AttemptRef } from './command.ts';
import { currentAttempt, type Incident, type StepAttempt } from './incident.ts';
import { ReminderLevel, type WaitsFor } from './remind-times.ts';

/** Something that waits for people: named by the try, and by when the waiting began. */
export interface Wait extends AttemptRef {
  readonly waitsFor: WaitsFor;
  /** ISO 8601. A plan that is made anew keeps it; it begins anew only after a person did something. */
  readonly since: string;
}

/** What is waited for now; null when nobody is, or while the plan is being made. */
export function waitOf(incident: Incident): Wait | null {
  const attempt = currentAttempt(incident);
  if (incident.status === 'closed' || attempt === undefined || attempt.waitingSince === null) return null;
  const waitsFor = waitsForOf(attempt);
  if (waitsFor === null) return null;
  return { step: attempt.step.id, attempt: attempt.attempt, waitsFor, since: attempt.waitingSince };
}

function waitsForOf({ status, approval, step }: StepAttempt): WaitsFor | null {
  if (status === 'attention') return 'attention';
  if (status !== 'awaiting' || step.confirm === 'none') return null;
  return approval === null ? 'decision' : 'second-person';
}

/** Whether two are the same waiting. */
export function isSameWait(a: Omit<Wait, 'waitsFor'>, b: Omit<Wait, 'waitsFor'> | null): boolean {
  return b !== null && a.step === b.step && a.attempt === b.attempt && a.since === b.since;
}

/** When a level is due for what waits now, in the order of the levels; without those that were given or never come. */
function openLevels(incident: Incident, offered: readonly ReminderLevel[]) {
  const wait = waitOf(incident);
  const times = currentAttempt(incident)?.step.remind;
  if (wait === null || times === undefined) return [];
  // A remedy that waits is no emergency: nobody is paged, and the channel is not called.
  const levels = incident.purpose === 'prevention' ? (['thread'] as const) : ReminderLevel.options;
  const given = incident.reminders.filter((reminder) => isSameWait(reminder, wait));
  // A louder reminder stands for the quieter ones: after an hour without Firebreak nobody needs all three.
  const loudest = Math.max(-1, ...given.map(({ level }) => ReminderLevel.options.indexOf(level)));
  return levels.flatMap((level) => {
    const seconds = times[level];
    if (seconds === null || ReminderLevel.options.indexOf(level) <= loudest || !offered.includes(level))
      return [];
    return { level, dueAt: Date.parse(wait.since) + seconds * 1_000 };
  });
}

/** The reminders that are due, quietest first. In the thread nothing is said that is said in the channel right after. */
export function dueLevels(
  incident: Incident,
  offered: readonly ReminderLevel[],
  now: Date,
): readonly ReminderLevel[] {
  const due = openLevels(incident, offered).filter(({ dueAt }) => dueAt <= now.getTime());
  return due.map(({ level }) => level).filter((level) => level !== 'thread' || due.length === 1);
}

/** When the next reminder is due; null when none is to come. */
export function nextReminderAt(incident: Incident, offered: readonly ReminderLevel[]): Date | null {
  const times = openLevels(incident, offered).map(({ dueAt }) => dueAt);
  return times.length === 0 ? null : new Date(Math.min(...times));
}
