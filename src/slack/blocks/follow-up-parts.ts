import type { types } from '@slack/bolt';
import { z } from 'zod';
import { proofName } from '../../domain/follow-up.ts';
import { type FollowUp, isOverdue } from '../../domain/follow-up-record.ts';
import { actorName } from '../../domain/told.ts';
import { actionIds } from './action-ids.ts';
import { clip } from './clip.ts';
import { bold, type Inline, line, type Part, text, who } from './rich-text.ts';
import { plain } from './text-objects.ts';

/** What the button carries: the id of the follow-up only. */
export const FollowUpValue = z.object({ id: z.string() });

/** A follow-up in one line: what, who, until when. With `calls` its owner is mentioned. Pure. */
export function followUpLine(item: FollowUp, today: string, calls: boolean): types.RichTextSection {
  return line(
    bold(item.id),
    text(` · ${clip(item.text, 200)} · `),
    ...ownerParts(item, calls),
    text(dueText(item, today)),
  );
}

/** The whole of a follow-up. Pure. */
export function followUpParts(item: FollowUp, today: string): Part[] {
  const { database, incidents, addedBy, because, doneBefore } = item;
  const from =
    incidents.length === 0 ? `added by ${actorName(addedBy)}` : `from ${incidents.slice(-3).join(', ')}`;
  const about = [...(database === null ? [] : [database]), from].join(' · ');
  const sign =
    item.status === 'done' ? '✅ ' : item.status === 'dropped' ? '🚫 ' : doneBefore === null ? '' : '↩️ ';
  return [
    line(text(sign === '' ? '☐ ' : sign), bold(item.id), text(` · ${clip(item.text, 300)}`)),
    line(...ownerParts(item, false), text(`${dueText(item, today)} · ${clip(about, 200)}`)),
    line(text(because === '' ? proofText(item) : `${clip(because, 300)} ${proofText(item)}`)),
  ];
}

function proofText({ status, proofs }: FollowUp): string {
  if (status !== 'open') return '';
  if (proofs.length === 0) return 'No audit holds it: a person says when it is done.';
  return `Done when green: ${clip(proofs.map(proofName).join(', '), 200)}.`;
}

function ownerParts({ owner }: FollowUp, calls: boolean): Inline[] {
  if (owner === null) return [text('no owner')];
  return calls ? [who(owner)] : [text(clip(actorName(owner), 60))];
}

function dueText(item: FollowUp, today: string): string {
  if (item.due === null) return item.status === 'open' ? ' · no day' : '';
  return isOverdue(item, today) ? ` · ⚠️ overdue since ${item.due}` : ` · due ${item.due}`;
}

/** Opens the window in which owner, day and state are changed. */
export function editButton({ id }: FollowUp): types.Button {
  return {
    type: 'button',
    action_id: actionIds.followUpEdit,
    text: plain(`Change ${id}`, 75),
    accessibility_label: plain(`Change owner, day or state of ${id}`, 75).text,
    value: JSON.stringify({ id }),
  };
}
