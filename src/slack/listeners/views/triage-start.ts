import type { Person } from '../../../domain/actor.ts';
import { modal } from '../../blocks/modal.ts';
import { CarriedNote } from '../../blocks/note-metadata.ts';
import { DATABASE_BLOCK, FITTING, RUNBOOK_BLOCK } from '../../blocks/triage-modal.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import type { ListenerContext } from '../context.ts';
import { sentenceModal } from '../modal.ts';
import { openedAnswer } from '../opened-answer.ts';
import type { Submission } from '../submission.ts';
import type { ViewListener } from '../view-listener.ts';

const TITLE = 'Start triage';

/** Opens the incident, or leads to the one that is open; the message it came from becomes part of its timeline. */
export const triageStartView: ViewListener = {
  id: viewIds.triage,
  async handle(context, submission) {
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(TITLE, identified.message) };
    const [database] = submission.options(DATABASE_BLOCK);
    if (database === undefined) return { errors: { [DATABASE_BLOCK]: 'Pick a database.' } };
    const [runbook = FITTING] = submission.options(RUNBOOK_BLOCK);
    const by = identified.person;
    const opened = await context.desk.open({ database, runbook: runbook === FITTING ? null : runbook, by });
    if (opened.status === 'refused') return { show: sentenceModal(TITLE, opened.message) };
    await keepSource(context, submission, opened.incidentId, by);
    const { blocks } = await openedAnswer(context, database, opened);
    return { show: modal({ id: 'opened', title: TITLE, blocks }) };
  },
};

/** A submission that is delivered again finds the incident open and the message there: nothing is told twice. */
async function keepSource(
  { desk }: Pick<ListenerContext, 'desk'>,
  submission: Submission,
  incidentId: string,
  by: Person,
): Promise<void> {
  const { note } = submission.metadata(CarriedNote);
  if (note !== null) await desk.note(incidentId, by, note, submission.id);
}
