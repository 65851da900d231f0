import { cardHash } from '../../domain/card-hash.ts';
import type { Choice, Refusal } from '../../domain/command.ts';
import { currentAttempt } from '../../domain/incident.ts';
import { planHash, type Selection } from '../../domain/plan.ts';
import type { Reply } from '../../engine/desk.ts';
import { actionIds } from '../blocks/action-ids.ts';
import { choiceBlockId, selectionOf } from '../blocks/offer.ts';
import type { Click } from './click.ts';
import type { ListenerContext } from './context.ts';

/** What people can do next, for each refusal. */
const NEXT: Readonly<Record<Refusal['reason'], string>> = {
  closed: 'Open a new incident with /db-triage <database>.',
  'not-running': 'Close the incident, or go on by hand as the runbook says.',
  'stale-step': 'Look at the newest card of the thread.',
  'stale-plan': 'Read what changed on the card, then decide again.',
  'stale-card': 'Look at the card as it is now, then decide.',
  expired: 'The card is renewed in a moment; decide on it then.',
  'already-decided': 'The card says what comes of it.',
  'approved-meanwhile':
    'If you agree with it, press "Run (second person)"; otherwise take the approval back and choose anew.',
  'same-person': 'The card waits for somebody else who may decide.',
  'bad-selection': 'Change the selection on the card, then press Run again.',
  'not-possible': 'Look at the newest card of the thread.',
  'already-there': '',
  'not-allowed': 'Your click is in the journal, and nothing was done.',
  repeated: '',
};

/** Brings a click on a step's card to the desk; resolves with what the person is to be told, or null. */
export async function answer(context: ListenerContext, click: Click, choice: Choice): Promise<string | null> {
  const identified = await context.people.identify(click.by);
  if (identified.status === 'stranger') return identified.message;
  const { value, id } = click;
  const reply = await context.desk.answer({
    incidentId: value.i,
    step: value.s,
    attempt: value.a,
    choice,
    hash: value.h,
    selection: choice === 'run' ? await selection(context, click) : null,
    to: choice === 'back' ? value.t : null,
    by: identified.person,
    ...(id === undefined ? {} : { click: id }),
  });
  return refusalText(reply);
}

/**
 * A refusal with what to do next. A click that was delivered twice is answered once: its decision stands, and
 * nobody is told that they were too late for themselves.
 */
export function refusalText(reply: Reply): string | null {
  if (reply.status === 'accepted' || reply.reason === 'repeated') return null;
  return `${reply.message} ${NEXT[reply.reason]}`;
}

/**
 * What the person sees as selected. Positions mean something for the plan on their screen only; when the plan is
 * another one by now, the desk refuses the click by its hash and nothing is selected.
 */
async function selection({ desk }: ListenerContext, click: Click): Promise<Selection | null> {
  const { value } = click;
  const view = await desk.view(value.i);
  const attempt = view === null ? undefined : currentAttempt(view.incident);
  if (attempt?.plan == null || value.h === null) return null;
  if (attempt.approval !== null && value.h === cardHash(attempt)) return attempt.approval.selection;
  // A second person who pressed the card of the first is told what differs from what the first approved.
  if (value.h !== cardHash({ ...attempt, approval: null })) return null;
  const hash = planHash(attempt.plan);
  const answers = attempt.plan.choices.map(
    (_, index) => click.picked(choiceBlockId(index, hash), actionIds.choice)?.[0] ?? null,
  );
  return selectionOf(attempt.plan, value, answers);
}
