import type { types } from '@slack/bolt';
import { type FollowUp, isOverdue, openItems } from '../../domain/follow-up-record.ts';
import { actionIds } from './action-ids.ts';
import { remediesButton } from './apply-remedies.ts';
import { editButton, followUpParts } from './follow-up-parts.ts';
import { line, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText, plain } from './text-objects.ts';

/** Slack takes 50 blocks in a message; each follow-up has two. */
const MOST_OPEN = 15;
const MOST_DONE = 5;

/** What is left to do, the most urgent first, each with its button; and what was done last. Pure. */
export function followUpList(items: readonly FollowUp[], today: string, database: string | null): Said {
  const own = items.filter((one) => database === null || one.database === database);
  const open = openItems(own);
  const done = own
    .filter(({ status }) => status !== 'open')
    .toSorted((a, b) => b.since.localeCompare(a.since));
  const overdue = open.filter((one) => isOverdue(one, today)).length;
  const where = database === null ? '' : ` of ${database}`;
  const head = `Follow-ups${where}: ${open.length} open, ${overdue} overdue, ${done.length} done or dropped`;
  const left = open.length - MOST_OPEN;
  return {
    text: fallbackText(
      [head, ...open.slice(0, MOST_OPEN).map(({ id, text: what }) => `${id} ${what}`)].join('\n'),
    ),
    blocks: [
      ...richText(line(text(head))),
      ...open.slice(0, MOST_OPEN).flatMap((item) => block(item, today)),
      ...(left > 0 ? richText(line(text(`${left} more not shown: "firebreak follow-ups" lists all.`))) : []),
      ...done.slice(0, MOST_DONE).flatMap((item) => block(item, today)),
      { type: 'actions', elements: [addButton(), ...remedies(open)] },
    ],
  };
}

function block(item: FollowUp, today: string): types.KnownBlock[] {
  return [...richText(...followUpParts(item, today)), { type: 'actions', elements: [editButton(item)] }];
}

/** What begins the remedies that Firebreak does itself, where all that is left is about one database. */
function remedies(open: readonly FollowUp[]): types.Button[] {
  const [database, ...others] = new Set(
    open.flatMap((one) => (one.proofs.length > 0 && one.database !== null ? [one.database] : [])),
  );
  return database === undefined || others.length > 0 ? [] : [remediesButton(database)];
}

function addButton(): types.Button {
  return {
    type: 'button',
    action_id: actionIds.followUpAdd,
    text: plain('Add a follow-up', 75),
    value: '{}',
  };
}
