import { Cron } from 'croner';

/** The zone that a CronJob without timeZone is taken to have: the controller manager's, which is UTC as a rule. */
const defaultTimeZone = 'UTC';

/** A schedule that Kubernetes would accept: five fields and a zone of the IANA database. */
export interface CronSchedule {
  readonly schedule: string;
  readonly timeZone: string | null;
}

/** What is wrong with a schedule, or null when it is valid and has a next slot. */
export function scheduleProblem(cron: CronSchedule): string | null {
  try {
    return parse(cron).nextRun() === null ? `"${cron.schedule}" never comes round` : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Slots after `since` up to `until`, at most `limit`, oldest first; empty when the schedule cannot be read. */
export function slotsBetween(cron: CronSchedule, since: Date, until: Date, limit: number): Date[] {
  return attempt(() => parse(cron).nextRuns(limit, since), []).filter((slot) => slot <= until);
}

/** The last slot before `at`, or null. */
export function lastSlot(cron: CronSchedule, at: Date): Date | null {
  return attempt(() => parse(cron).previousRuns(1, new Date(at.getTime() + 1))[0] ?? null, null);
}

/** The next slot after `at`, or null. */
export function nextSlot(cron: CronSchedule, at: Date): Date | null {
  return attempt(() => parse(cron).nextRun(at), null);
}

/** The same for many moments: the schedule is read once. */
export function slotFinder(cron: CronSchedule): (at: Date) => Date | null {
  const parsed = attempt(() => parse(cron), null);
  return (at) => attempt(() => parsed?.nextRun(at) ?? null, null);
}

/** Seconds between the next two slots after `at`, or null when there are none. */
export function periodSeconds(cron: CronSchedule, at: Date): number | null {
  const [first, second] = attempt(() => parse(cron).nextRuns(2, at), []);
  return first === undefined || second === undefined ? null : (second.getTime() - first.getTime()) / 1000;
}

/** A slot as people read it, in the zone of its schedule. */
export function slotText(slot: Date, { timeZone }: CronSchedule): string {
  const zone = timeZone ?? defaultTimeZone;
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return `${parts.format(slot)} ${zone}`;
}

function parse({ schedule, timeZone }: CronSchedule): Cron {
  return new Cron(schedule, { timezone: timeZone ?? defaultTimeZone, paused: true, mode: '5-part' });
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
