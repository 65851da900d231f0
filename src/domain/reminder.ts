import type { AttemptRef } from './command.ts';
import type { EventOf, Fault } from './event.ts';
import type { ReminderLevel, WaitsFor } from './remind-times.ts';

/** Somebody who is on call, as far as the source told. */
export type OnCallNamed = EventOf<'decision.reminded'>['onCall'][number];

/** Who hears of a decision that waits, beside the thread; null for nobody. The names are those of the configuration. */
export interface ReminderTargets {
  /** Id of a Slack user group. */
  readonly group: string | null;
  readonly onCall: string | null;
  readonly pager: string | null;
}

/** What can be left to do for a page: send it, say that somebody took charge, or take it back. */
export type PageDuty = 'page' | 'acknowledge' | 'resolve';

/** A page of a reminder, and how far it got. */
export interface ReminderPage {
  readonly pager: string;
  readonly dedupeKey: string;
  /** Null while the pager has not taken it. */
  readonly reference: string | null;
  /** How often each was tried in vain. */
  readonly failures: Readonly<Record<PageDuty, number>>;
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
