import type { types } from '@slack/bolt';
import { type Note, noteText } from '../../domain/note.ts';
import { clip } from './clip.ts';
import { modal } from './modal.ts';
import { carried } from './note-metadata.ts';
import { line, quote, richText, text } from './rich-text.ts';
import { selectInput } from './select-input.ts';
import { viewIds } from './view-ids.ts';

export const INCIDENT_BLOCK = 'incident';

/** To which incident a message belongs. Pure. */
export function noteModal(
  note: Omit<Note, 'by'>,
  incidents: readonly { readonly id: string; readonly label: string }[],
): types.ModalView {
  return modal({
    id: viewIds.note,
    title: 'Add to timeline',
    submit: 'Add',
    metadata: carried(note),
    blocks: [
      ...richText(
        line(
          text(
            `This is kept for good, as ${clip(note.said.by, 80)} wrote it. What looks like a secret is left out.`,
          ),
        ),
        quote(text(clip(noteText(note.text), 500))),
      ),
      selectInput({
        block: INCIDENT_BLOCK,
        label: 'Incident',
        placeholder: 'Open ones come first',
        options: incidents.map(({ id, label }) => ({ value: id, label })),
        picked: incidents.length === 1 ? (incidents[0]?.id ?? null) : null,
      }),
    ],
  });
}
