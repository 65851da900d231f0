import type { Incident } from './incident.ts';
import type { ReminderLevel } from './remind-times.ts';
import type { PageDuty, Reminder, ReminderPage } from './reminder.ts';
import { isSameWait, nextReminderAt, type Wait, waitOf } from './waiting.ts';

/** Whether what the reminder was about waits no longer. */
export function isAnswered(incident: Incident, reminder: Reminder): boolean {
  return !isSameWait(reminder, waitOf(incident));
}

/** What is left to do for a page: send it, say that somebody took charge, or take it back. */
export interface PageWork {
  readonly do: PageDuty;
  readonly reminder: Reminder;
  readonly page: ReminderPage;
  readonly dueAt: Date;
}

/** How often a page, and taking it back, is tried; between two tries there are a minute, two, four and so on. */
export const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 60_000;

/**
 * What is left to do for the pages of an incident, and when. A page of which nothing is known may have been sent by a
 * process that died: it is taken back too.
 */
export function pageWork(incident: Incident): PageWork[] {
  return incident.reminders.flatMap((reminder) => {
    const { page } = reminder;
    if (page === null || page.resolvedAt !== null) return [];
    const doing = leftToDo(incident, reminder, page);
    if (doing === null) return [];
    const tries = page.failures[doing];
    if (tries >= MOST_TRIES) return [];
    const pauseMs = tries === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (tries - 1);
    const from = tries === 0 ? reminder.at : (page.failedAt ?? reminder.at);
    return { do: doing, reminder, page, dueAt: new Date(Date.parse(from) + pauseMs) };
  });
}

/** Whoever had charge before the page is not who it woke. */
function leftToDo(incident: Incident, reminder: Reminder, page: ReminderPage): PageDuty | null {
  if (isAnswered(incident, reminder)) return 'resolve';
  if (page.reference === null) return 'page';
  const taken = incident.lead !== null && incident.lead.since > reminder.at;
  return taken && page.acknowledgedAt === null ? 'acknowledge' : null;
}

/** When there is something to do about reminders and pages next; null when nothing is to come by itself. */
export function nextLookAt(incident: Incident, offered: readonly ReminderLevel[]): Date | null {
  const reminder = nextReminderAt(incident, offered);
  const times = [...(reminder === null ? [] : [reminder]), ...pageWork(incident).map(({ dueAt }) => dueAt)];
  return times.length === 0 ? null : new Date(Math.min(...times.map(Number)));
}

/** Names the page of a waiting for good; also in an alerting system that several Firebreaks share. */
export function dedupeKeyOf({ id, openedAt }: Incident, { step, attempt, since }: Wait): string {
  const opened = Date.parse(openedAt).toString(36);
  return `firebreak-${id}-${opened}-${step}-${attempt}-${Date.parse(since).toString(36)}`;
}
