import type { DomainEvent, EventOf } from '../../../src/domain/event.ts';
import { ReminderLevel } from '../../../src/domain/remind-times.ts';
import type { EntryFact, Facts } from './facts.ts';
import type { Paged } from './pager.ts';

/** What is due is looked for every 2 s. */
const FIRST_LOOK_MS = 4_000;

type Reminding = EventOf<'decision.reminded'>;

/**
 * What became of the reminders of an incident whose first wait lasts until somebody is paged and takes charge: what came
 * twice; and what did not come, came too late or was left standing. A sentence for each. Later waits may be too short to
 * be reminded of. A trigger that joins an open alert wakes nobody again, so that it counts as one with the first. Pure.
 * @param there Since when the process is there that was not killed, in milliseconds of the epoch.
 */
export function reminded(
  { entries, messages }: Pick<Facts, 'entries' | 'messages'>,
  paged: readonly Paged[],
  there: number,
): { readonly twice: readonly string[]; readonly broken: readonly string[] } {
  const reminders = eventsOf(entries, 'decision.reminded');
  const steps = ['page.sent', 'page.acknowledged', 'page.resolved'] as const;
  return {
    twice: [
      ...repeated(reminders.map(nameOf), 'is journaled'),
      ...repeated(
        paged.map(({ dedupeKey }) => dedupeKey),
        'woke somebody',
      ),
      ...steps.flatMap((type) => repeated(keysOf(entries, type), `is journaled as ${type}`)),
    ],
    broken: [
      ...lostLevels(entries, there),
      ...afterTheEnd(entries),
      ...unshown(reminders, messages),
      ...unpaged(entries, reminders, paged),
    ],
  };
}

function eventsOf<T extends DomainEvent['type']>(entries: readonly EntryFact[], type: T): EventOf<T>[] {
  return entries.flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []));
}

function keysOf(
  entries: readonly EntryFact[],
  type: 'page.sent' | 'page.acknowledged' | 'page.resolved',
): string[] {
  return eventsOf(entries, type).map(({ dedupeKey }) => dedupeKey);
}

function nameOf({ step, attempt, since, level }: Reminding): string {
  return `The reminder of ${step}#${attempt} since ${since} (${level})`;
}

function repeated(names: readonly string[], what: string): string[] {
  return [...Map.groupBy(names, (name) => name)].flatMap(([name, all]) =>
    all.length > 1 ? [`${name} ${what} ${all.length} times.`] : [],
  );
}

/** The timers that were lost. For whoever came too late for the thread, the reminder of the group stands for both. */
function lostLevels(entries: readonly EntryFact[], there: number): string[] {
  const given = entries.flatMap(({ event, at }) =>
    event.type === 'decision.reminded' ? [{ ...event, at: Date.parse(at) }] : [],
  );
  const first = given.filter(({ since }) => since === given[0]?.since);
  const isExcused = first[0]?.level === 'group' && first[0].at - there < FIRST_LOOK_MS;
  return ReminderLevel.options
    .filter((level) => first.every((one) => one.level !== level) && !(level === 'thread' && isExcused))
    .map((level) => `Nobody was ever reminded: ${level}.`);
}

/** A wait is over with a decision, or with a click that found its plan too old. */
function afterTheEnd(entries: readonly EntryFact[]): string[] {
  const waits = new Set<string>();
  const over = new Set<string>();
  return entries.flatMap(({ event }) => {
    if (event.type === 'decision.recorded' || event.type === 'step.outdated') {
      for (const since of waits) over.add(since);
    }
    if (event.type !== 'decision.reminded') return [];
    waits.add(event.since);
    return over.has(event.since) ? [`${nameOf(event)} came after it was answered.`] : [];
  });
}

function unshown(reminders: readonly Reminding[], messages: Facts['messages']): string[] {
  return reminders
    .filter(({ step, attempt, since, level }) => {
      const key = `reminder:${step}:${attempt}:${Date.parse(since).toString(36)}:${level}`;
      return messages.every((message) => message.key !== key);
    })
    .map((reminder) => `${nameOf(reminder)} is not in the channel.`);
}

/** The page of the first wait woke somebody who took charge; every page is taken back in the end. */
function unpaged(
  entries: readonly EntryFact[],
  reminders: readonly Reminding[],
  paged: readonly Paged[],
): string[] {
  const keys = reminders.flatMap(({ page }) => (page === null ? [] : [page.dedupeKey]));
  const [first] = keys;
  const resolved = keysOf(entries, 'page.resolved');
  return [
    ...keys.filter((key) => !resolved.includes(key)).map((key) => `The page ${key} was not taken back.`),
    ...(first === undefined || paged.some(({ dedupeKey }) => dedupeKey === first)
      ? []
      : [`The page ${first} did not reach the pager.`]),
    ...paged.flatMap(({ dedupeKey, status, wasAcknowledged }) => [
      ...(keys.includes(dedupeKey) ? [] : [`The page ${dedupeKey} is not in the journal.`]),
      ...(status === 'resolved' ? [] : [`The pager still wakes people for ${dedupeKey}: ${status}.`]),
      ...(dedupeKey !== first || wasAcknowledged
        ? []
        : [`The pager never heard that somebody took charge of ${dedupeKey}.`]),
    ]),
  ];
}
