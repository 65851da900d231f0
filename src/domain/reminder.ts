import type { AttemptRef } from './command.ts';
import type { EventOf, Fault } from './event.ts';
import type { Incident } from './incident.ts';
import type { ReminderLevel } from './remind-times.ts';
import { isSameWait, nextReminderAt, type Wait, type WaitsFor, waitOf } from './waiting.ts';

/** Somebody who is on call, as far as the source told. */
export type OnCallNamed = EventOf<'decision.reminded'>['onCall'][number];

/** Who hears of a decision that waits, beside the thread; null for nobody. The names are those of the configuration. */
export interface ReminderTargets {
  /** Id of a Slack user group. */
  readonly group: string | null;
  readonly onCall: string | null;
  readonly pager: string | null;
}

/** A page of a reminder, and how far it got. */
export interface ReminderPage {
  readonly pager: string;
  readonly dedupeKey: string;
  /** Null while the pager has not taken it. */
  readonly reference: string | null;
  /** How often each was tried in vain. */
  readonly failures: Readonly<Record<PageWork['do'], number>>;
  /** ISO 8601, the last time. */
  readonly failedAt: string | null;
  readonly fault: Fault | null;
  /** ISO 8601, when the pager was told that somebody took charge. */
  readonly acknowledgedAt: string | null;
  /** ISO 8601, when it was taken back because the decision was taken. */
  readonly resolvedAt: string | null;
}

/** People were reminded of something that waits for them. */
export interface Reminder extends AttemptRef {
  readonly waitsFor: WaitsFor;
  readonly since: string;
  readonly level: ReminderLevel;
  /** ISO 8601. */
  readonly at: string;
  /** Slack user ids of who may decide; empty when nobody may. */
  readonly mayDecide: readonly string[];
  /** Slack user group that is called. */
  readonly group: string | null;
  readonly onCall: readonly OnCallNamed[];
  /** Why it is not known who is on call, or null. */
  readonly onCallProblem: string | null;
  readonly page: ReminderPage | null;
}

export type ReminderEvent = EventOf<
  'decision.reminded' | 'page.sent' | 'page.failed' | 'page.acknowledged' | 'page.resolved'
>;

/** The reminders after one more event. */
export function foldReminders(
  reminders: readonly Reminder[],
  event: ReminderEvent,
  at: string,
): readonly Reminder[] {
  if (event.type === 'decision.reminded') {
    const { type: _, page, ...reminded } = event;
    return [...reminders, { ...reminded, at, page: page === null ? null : newPage(page) }];
  }
  return reminders.map((reminder) =>
    reminder.page?.dedupeKey === event.dedupeKey
      ? { ...reminder, page: { ...reminder.page, ...changed(reminder.page, event, at) } }
      : reminder,
  );
}

function newPage(page: { readonly pager: string; readonly dedupeKey: string }): ReminderPage {
  return {
    ...page,
    reference: null,
    failures: { page: 0, acknowledge: 0, resolve: 0 },
    failedAt: null,
    fault: null,
    acknowledgedAt: null,
    resolvedAt: null,
  };
}

function changed(
  page: ReminderPage,
  event: Exclude<ReminderEvent, { type: 'decision.reminded' }>,
  at: string,
): Partial<ReminderPage> {
  switch (event.type) {
    case 'page.sent':
      return { reference: event.reference, fault: null };
    case 'page.acknowledged':
      return { acknowledgedAt: at, fault: null };
    case 'page.resolved':
      return { resolvedAt: at, fault: null };
    case 'page.failed':
      return {
        failures: { ...page.failures, [event.doing]: page.failures[event.doing] + 1 },
        failedAt: at,
        fault: event.fault,
      };
  }
}

/** Whether what the reminder was about waits no longer. */
export function isAnswered(incident: Incident, reminder: Reminder): boolean {
  return !isSameWait(reminder, waitOf(incident));
}

/** What is left to do for a page: send it, say that somebody took charge, or take it back. */
export interface PageWork {
  readonly do: 'page' | 'acknowledge' | 'resolve';
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
function leftToDo(incident: Incident, reminder: Reminder, page: ReminderPage): PageWork['do'] | null {
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
