import type { types } from '@slack/bolt';
import { type Note, noteText } from '../../domain/note.ts';
import { clip } from './clip.ts';
import { modal } from './modal.ts';
import { carried } from './note-metadata.ts';
import { bold, line, link, type Part, quote, richText, text } from './rich-text.ts';
import { MOST_OPTIONS, selectInput } from './select-input.ts';
import { viewIds } from './view-ids.ts';

export const DATABASE_BLOCK = 'database';
export const RUNBOOK_BLOCK = 'runbook';
/** The option of the menu that names no runbook. */
export const FITTING = '-';

export interface TriageModalInput {
  readonly databases: readonly string[];
  readonly runbooks: readonly { readonly id: string; readonly title: string }[];
  /** What is picked when it opens; null for nothing. */
  readonly database: string | null;
  readonly runbook: string | null;
  /** The message that it was opened on, or null. */
  readonly note: Omit<Note, 'by'> | null;
  /** Databases with an incident that is open, and its number. */
  readonly open: readonly { readonly database: string; readonly id: string }[];
}

/** Which database, and by which runbook. Pure. */
export function triageModal(input: TriageModalInput): types.ModalView {
  const { databases, runbooks, note } = input;
  return modal({
    id: viewIds.triage,
    title: 'Start triage',
    submit: 'Start',
    metadata: carried(note),
    blocks: [
      ...richText(...sourceParts(note), ...openParts(input)),
      selectInput({
        block: DATABASE_BLOCK,
        label: 'Database',
        placeholder: 'Which one is in trouble?',
        options: databases.map((name) => ({ value: name, label: name })),
        picked: input.database,
        ...hintOf(input),
      }),
      selectInput({
        block: RUNBOOK_BLOCK,
        label: 'Runbook',
        placeholder: 'Pick one',
        options: [
          { value: FITTING, label: 'The default one' },
          ...runbooks.map(({ id, title }) => ({ value: id, label: `${title} (${id})` })),
        ],
        picked: input.runbook ?? FITTING,
        hint: 'The first step finds the cause and changes nothing.',
      }),
    ],
  });
}

function hintOf({ databases, database, note }: TriageModalInput): { hint?: string } {
  if (databases.length > MOST_OPTIONS)
    return { hint: 'Only the first 100 are listed. Type the command for another one.' };
  if (note === null) return {};
  return database === null
    ? { hint: 'The message names none of them, or several.' }
    : { hint: 'The message names it. Look whether it is right.' };
}

function sourceParts(note: TriageModalInput['note']): Part[] {
  if (note === null) return [];
  const where = note.source === null ? text('this message') : link(note.source, 'this message');
  return [
    line(bold('From '), where, text(` of ${clip(note.said.by, 80)}, which becomes part of the timeline.`)),
    quote(text(clip(noteText(note.text), 300))),
  ];
}

function openParts({ open }: TriageModalInput): Part[] {
  if (open.length === 0) return [];
  const named = open.slice(0, 5).map(({ database, id }) => `${id} (${database})`);
  return [
    line(text(`Open already: ${named.join(', ')}. To start there again leads to the one that is open.`)),
  ];
}
