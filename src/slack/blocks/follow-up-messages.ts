import type { types } from '@slack/bolt';
import {
  type FollowUp,
  type FollowUpDigest,
  isOverdue,
  type Reopening,
} from '../../domain/follow-up-record.ts';
import type { FollowUpView } from '../../engine/desk-follow-ups.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { editButton, followUpLine } from './follow-up-parts.ts';
import { bold, bullets, line, type Part, richText, text, time } from './rich-text.ts';

/** What came back that is told, newest; older messages stay as they are. */
const MOST_TOLD = 5;
/** Follow-ups that are named under each heading; the rest is counted. */
const MOST_NAMED = 10;

/** A message about the follow-ups, and since when there is something to tell. */
export interface FollowUpMessage {
  readonly key: string;
  /** ISO 8601. */
  readonly at: string;
  readonly words: string;
  readonly blocks: readonly types.KnownBlock[];
}

/** What the channel hears of the follow-ups, oldest first: what came back, and the newest digest. Pure. */
export function followUpsTold({ digest, reopenings, today }: FollowUpView): FollowUpMessage[] {
  const causes = [...Map.groupBy(reopenings, ({ cause }) => cause)].slice(-MOST_TOLD);
  const isEmpty = digest === null || digest.open.length + digest.done.length + digest.reopened.length === 0;
  return [
    ...causes.map(([cause, all]) => reopened(cause, all, today)),
    ...(isEmpty ? [] : [digestMessage(digest)]),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
}

function reopened(cause: string, all: readonly Reopening[], today: string): FollowUpMessage {
  const items = all.map(({ followUp }) => followUp);
  const shown = items.slice(0, MOST_NAMED);
  const names = items.map(({ id }) => id).join(', ');
  return {
    key: `reopened:${cause}`,
    at: all[0]?.at ?? '',
    words: `Open again: ${names}. ${items[0]?.because ?? ''}`,
    blocks: [
      ...richText(
        line(text('↩️ '), bold(`Open again: ${clip(names, 200)}`)),
        ...shown.flatMap((item) => [followUpLine(item, today, true), line(text(clip(item.because, 400)))]),
      ),
      ...(shown.length === 0
        ? []
        : [{ type: 'actions' as const, elements: shown.slice(0, 5).map(editButton) }]),
    ],
  };
}

function digestMessage({ slot, today, open, done, reopened: back }: FollowUpDigest): FollowUpMessage {
  const overdue = open.filter((one) => isOverdue(one, today));
  const nobody = open.filter(({ owner }) => owner === null).length;
  const others = open.filter((one) => !isOverdue(one, today) && !back.includes(one));
  const words = `Follow-ups: ${open.length} open, ${overdue.length} overdue, ${done.length} done, ${back.length} open again`;
  return {
    key: `digest:${slot}`,
    at: slot,
    words,
    blocks: [
      ...richText(
        line(text('📌 '), bold(words), text(nobody === 0 ? '' : ` · ${nobody} without an owner`)),
        ...named('⚠️ Overdue', overdue, today, true),
        ...named('↩️ Open again since the last digest', back, today, true),
        ...named('✅ Done since the last digest', done, today, false),
        ...named('☐ Open', others, today, false),
      ),
      contextLine(time(slot), text(' · "/db-triage follow-ups" has each with its button.')),
    ],
  };
}

function named(heading: string, items: readonly FollowUp[], today: string, calls: boolean): Part[] {
  if (items.length === 0) return [];
  const left = items.length - MOST_NAMED;
  return [
    line(text(`${heading} (${items.length})`)),
    bullets([
      ...items.slice(0, MOST_NAMED).map((item) => followUpLine(item, today, calls)),
      ...(left > 0 ? [line(text(`and ${left} more`))] : []),
    ]),
  ];
}
