import type { types } from '@slack/bolt';
import type { Note } from '../../domain/note.ts';
import { triageModal } from '../blocks/triage-modal.ts';
import type { ListenerContext } from './context.ts';
import { databaseIn, namedIn } from './named-in.ts';

/** The modal that starts an incident, filled with what a message says where it was opened on one. */
export async function startTriage(
  { desk }: Pick<ListenerContext, 'desk'>,
  note: Omit<Note, 'by'> | null,
): Promise<types.ModalView> {
  const { databases } = desk;
  const runbooks = desk.runbooks.filter(({ purpose }) => purpose === 'incident');
  const open = (await desk.listOpen())
    .filter(({ purpose }) => purpose === 'incident')
    .map(({ id, database }) => ({ id, database }));
  const [only, ...others] = databases;
  const single = only !== undefined && others.length === 0 ? only : null;
  const database = single ?? (note === null ? null : databaseIn(note.text, databases));
  const runbook = note === null ? null : runbookFor(note.text, runbooks);
  return triageModal({ databases, runbooks, database, runbook, note, open });
}

/** The runbook whose alert the text names. */
function runbookFor(text: string, runbooks: ListenerContext['desk']['runbooks']): string | null {
  const [alert] = namedIn(
    text,
    runbooks.flatMap(({ alerts }) => alerts),
  );
  return runbooks.find(({ alerts }) => alert !== undefined && alerts.includes(alert))?.id ?? null;
}
