import type { types } from '@slack/bolt';
import { formatDuration, utcTime } from '../../domain/format.ts';
import { currentRun, type Incident } from '../../domain/incident.ts';
import { isAnswered, MOST_TRIES } from '../../domain/page-work.ts';
import type { ReminderLevel } from '../../domain/remind-times.ts';
import type { OnCallNamed, Reminder } from '../../domain/reminder.ts';
import { clip } from './clip.ts';
import {
  bold,
  type Inline,
  line,
  link,
  type Part,
  person,
  richText,
  text,
  time,
  userGroup,
} from './rich-text.ts';

/** A message that reminds people, with what notifications and screen readers say. */
export interface ReminderMessage {
  readonly words: string;
  readonly blocks: types.KnownBlock[];
}

/** So many people are called by name; a longer list helps nobody. */
const MOST_PEOPLE = 20;

const SIGNS: Readonly<Record<ReminderLevel, string>> = { thread: '⏰', group: '📣', page: '📟' };

/** What waits, since when, for whom, and where to answer; afterwards that it was answered. Pure. */
export function reminderMessage(
  incident: Incident,
  reminder: Reminder,
  cardUrl: string | null,
): ReminderMessage {
  const answered = isAnswered(incident, reminder);
  const what = waitsText(incident, reminder);
  const sign = answered ? '✅' : SIGNS[reminder.level];
  const opening = answered
    ? `Answered: ${incident.id} waited for ${what}`
    : `${incident.id} waits for ${what}`;
  const minutes = formatDuration((Date.parse(reminder.at) - Date.parse(reminder.since)) / 1_000);
  const howLong = answered ? '.' : `, ${minutes} by now.`;
  const blocks = richText(
    line(text(`${sign} `), bold(clip(opening, 300)), text(' since '), time(reminder.since), text(howLong)),
    ...(answered ? [] : whoLines(reminder)),
    ...pageLines(reminder, answered),
    ...(cardUrl === null || answered ? [] : [line(link(cardUrl, 'Go to the card'))]),
  );
  return {
    words: `${opening} since ${utcTime(new Date(reminder.since))}. ${pageWords(reminder)}`.trim(),
    blocks,
  };
}

function waitsText(incident: Incident, { step, waitsFor }: Reminder): string {
  const steps = currentRun(incident)?.runbook.steps ?? [];
  const index = steps.findIndex(({ id }) => id === step);
  const name = `step ${index + 1} (${clip(steps[index]?.title ?? step, 120)})`;
  if (waitsFor === 'second-person') return `a second person on ${name}`;
  return waitsFor === 'attention' ? `somebody to look at ${name}` : `a decision on ${name}`;
}

/** Who may answer, and who is called beside them. */
function whoLines({ mayDecide, group, onCall, onCallProblem }: Reminder): Part[] {
  const deciders =
    mayDecide.length === 0
      ? [
          text(
            'Nobody may decide: the list in the configuration is empty. Close the incident or mend the list.',
          ),
        ]
      : [text('May decide: '), ...called(mayDecide)];
  return [
    line(...deciders),
    ...(group === null ? [] : [line(text('Called: '), userGroup(group))]),
    ...(onCall.length === 0
      ? []
      : [line(text('On call: '), ...onCall.slice(0, MOST_PEOPLE).flatMap(namedOnCall))]),
    ...(onCallProblem === null
      ? []
      : [line(text(`Who is on call is not known: ${clip(onCallProblem, 200)}`))]),
  ];
}

function called(ids: readonly string[]): Inline[] {
  const shown = ids.slice(0, MOST_PEOPLE).flatMap((id) => [person(id), text(' ')]);
  const left = ids.length - MOST_PEOPLE;
  return left > 0 ? [...shown, text(`and ${left} more`)] : shown;
}

function namedOnCall({ name, slackId, until }: OnCallNamed, index: number): Inline[] {
  return [
    ...(index === 0 ? [] : [text(', ')]),
    slackId === null ? text(clip(name, 80)) : person(slackId),
    ...(until === null ? [] : [text(' until '), time(until)]),
  ];
}

/** How far the page is; empty without one. */
function pageLines(reminder: Reminder, answered: boolean): Part[] {
  const words = pageWords(reminder);
  const problem = reminder.page?.fault?.message ?? null;
  if (words === '') return [];
  const why = problem === null ? [] : [text(` ${clip(problem, 300)}`)];
  const { resolvedAt = null } = reminder.page ?? {};
  const over = answered && resolvedAt !== null ? [text(' Taken back at '), time(resolvedAt), text('.')] : [];
  return [line(text(words), ...why, ...over)];
}

function pageWords({ page }: Reminder): string {
  if (page === null) return '';
  const { pager, reference, failures } = page;
  if (failures.resolve > 0 && page.resolvedAt === null) {
    return failures.resolve < MOST_TRIES
      ? `The page through ${pager} could not be taken back yet; it is tried again.`
      : `The page through ${pager} could not be taken back: acknowledge it by hand.`;
  }
  if (reference !== null) return `Paged through ${pager}, reference ${clip(reference, 120)}.`;
  if (failures.page === 0) return `Paging through ${pager}.`;
  return failures.page < MOST_TRIES
    ? `The pager ${pager} did not take the page; it is tried again.`
    : `Nobody was paged, after ${MOST_TRIES} tries through ${pager}: call somebody by hand.`;
}
