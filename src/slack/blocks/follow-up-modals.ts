import type { types } from '@slack/bolt';
import { z } from 'zod';
import { FOLLOW_UP_TEXT, FollowUpStatus } from '../../domain/follow-up.ts';
import type { FollowUp } from '../../domain/follow-up-record.ts';
import { followUpParts } from './follow-up-parts.ts';
import { modal } from './modal.ts';
import { line, richText, text } from './rich-text.ts';
import { MOST_OPTIONS, selectInput } from './select-input.ts';
import { plain } from './text-objects.ts';
import { viewIds } from './view-ids.ts';

/** Blocks of the modals: where a wrong choice is told. */
export const followUpBlocks = {
  text: 'text',
  database: 'database',
  audit: 'audit',
  owner: 'owner',
  due: 'due',
  state: 'state',
  reason: 'reason',
} as const;

/** Nothing of it changes what the person did not touch: what was shown comes back with the submission. */
export const ShownFollowUp = z.object({
  id: z.string(),
  owner: z.string().nullable(),
  due: z.string().nullable(),
  status: FollowUpStatus,
});

/** Who looks after a follow-up, until when, and what becomes of it. Pure. */
export function followUpModal(item: FollowUp, today: string): types.ModalView {
  const { id, owner, due, status } = item;
  return modal({
    id: viewIds.followUpEdit,
    title: `Follow-up ${id}`,
    submit: 'Save',
    metadata: { id, owner: owner?.id ?? null, due, status } satisfies z.infer<typeof ShownFollowUp>,
    blocks: [
      ...richText(...followUpParts(item, today)),
      ownerInput(owner?.id ?? null),
      dueInput(due),
      selectInput({
        block: followUpBlocks.state,
        label: 'State',
        placeholder: 'It stays as it is',
        options: statesFor(item),
        picked: status,
      }),
      {
        type: 'input',
        block_id: followUpBlocks.reason,
        optional: true,
        label: plain('Why, when the state changes', 100),
        hint: plain('Needed to drop it. Kept for good.', 150),
        element: {
          type: 'plain_text_input',
          action_id: followUpBlocks.reason,
          multiline: true,
          max_length: FOLLOW_UP_TEXT.most,
        },
      },
    ],
  });
}

const STATES = {
  open: 'Open',
  done: 'Done',
  dropped: 'Dropped: it shall not be done',
} as const;

/** What its audits prove, nobody says; only what is so already. */
function statesFor({ status, proofs }: FollowUp) {
  const all = (['open', 'done', 'dropped'] as const).filter(
    (one) => one === status || one !== 'done' || proofs.length === 0,
  );
  return all.map((value) => ({ value, label: STATES[value] }));
}

/** Something that no post-mortem said. Pure. */
export function addFollowUpModal(databases: readonly string[], audits: readonly string[]): types.ModalView {
  const optional = (input: types.InputBlock): types.InputBlock => ({ ...input, optional: true });
  const names = (list: readonly string[]) => list.map((name) => ({ value: name, label: name }));
  return modal({
    id: viewIds.followUpAdd,
    title: 'Add a follow-up',
    submit: 'Add',
    metadata: {},
    blocks: [
      ...richText(
        line(
          text(
            'With an audit it is done when the audit is green, and open again when it is red. Without one a person says so.',
          ),
        ),
      ),
      {
        type: 'input',
        block_id: followUpBlocks.text,
        label: plain('What is to be done', 100),
        element: {
          type: 'plain_text_input',
          action_id: followUpBlocks.text,
          min_length: FOLLOW_UP_TEXT.least,
          max_length: FOLLOW_UP_TEXT.most,
        },
      },
      ownerInput(null),
      dueInput(null),
      optional(
        selectInput({
          block: followUpBlocks.database,
          label: 'Database',
          placeholder: 'The one that it is about',
          options: names(databases),
          picked: databases.length === 1 ? (databases[0] ?? null) : null,
        }),
      ),
      ...(audits.length === 0
        ? []
        : [
            optional(
              selectInput({
                block: followUpBlocks.audit,
                label: 'Audit that proves it',
                placeholder: 'None: a person says so',
                options: names(audits.slice(0, MOST_OPTIONS)),
                picked: null,
              }),
            ),
          ]),
    ],
  });
}

function ownerInput(owner: string | null): types.InputBlock {
  return {
    type: 'input',
    block_id: followUpBlocks.owner,
    optional: true,
    label: plain('Owner', 100),
    element: {
      type: 'users_select',
      action_id: followUpBlocks.owner,
      placeholder: plain('Nobody yet', 100),
      ...(owner === null ? {} : { initial_user: owner }),
    },
  };
}

function dueInput(due: string | null): types.InputBlock {
  return {
    type: 'input',
    block_id: followUpBlocks.due,
    optional: true,
    label: plain('Due', 100),
    element: {
      type: 'datepicker',
      action_id: followUpBlocks.due,
      placeholder: plain('No day', 100),
      ...(due === null ? {} : { initial_date: due }),
    },
  };
}
