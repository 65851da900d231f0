import type { Choice, Refusal } from '../../domain/command.ts';
import { currentAttempt } from '../../domain/incident.ts';
import type { Selection } from '../../domain/plan.ts';
import { actionIds } from '../blocks/action-ids.ts';
import { choiceBlockId, selectionOf, targetsBlockId } from '../blocks/offer.ts';
import type { Click } from './click.ts';
import type { ListenerContext } from './context.ts';
import { tell } from './tell.ts';

/** What people can do next, for each refusal. */
const NEXT: Readonly<Record<Refusal['reason'], string>> = {
  closed: 'Open a new incident with /db-triage <database>.',
  'not-running': 'Close the incident, or go on by hand as the runbook says.',
  'stale-step': 'Look at the newest card of the thread.',
  'stale-plan': 'Read what changed on the card, then decide again.',
  expired: 'The card is renewed in a moment; decide on it then.',
  'already-decided': 'The card says who decided what.',
  'bad-selection': 'Change the selection on the card, then press Run again.',
  'not-possible': 'Look at the newest card of the thread.',
  'not-allowed': 'Your click is in the journal, and nothing was done.',
};

/** Brings a click on a step's card to the desk and tells the person when it is refused. */
export async function answer(context: ListenerContext, click: Click, choice: Choice): Promise<void> {
  const identified = await context.people.identify(click.by);
  if (identified.status === 'stranger') {
    await tell(context, click.whereabouts, identified.message);
    return;
  }
  const { value } = click;
  const reply = await context.desk.answer({
    incidentId: value.i,
    step: value.s,
    attempt: value.a,
    choice,
    hash: value.h,
    selection: choice === 'run' ? await selection(context, click) : null,
    to: choice === 'back' ? value.t : null,
    by: identified.person,
  });
  if (reply.status === 'refused') await tellRefusal(context, click, reply);
}

/** Tells a refusal with what to do next. */
export async function tellRefusal(context: ListenerContext, click: Click, refusal: Refusal): Promise<void> {
  await tell(context, click.whereabouts, `${refusal.message} ${NEXT[refusal.reason]}`);
}

/**
 * What the person sees as selected. Positions mean something for the plan on their screen only; when the plan is
 * another one by now, the desk refuses the click by its hash and nothing is selected.
 */
async function selection({ desk }: ListenerContext, click: Click): Promise<Selection | null> {
  const { value } = click;
  const view = await desk.view(value.i);
  const attempt = view === null ? undefined : currentAttempt(view.incident);
  if (attempt?.plan == null || value.h === null || attempt.hash !== value.h) return null;
  const hash = value.h;
  return selectionOf(attempt.plan, value, {
    targets: click.picked(targetsBlockId(hash), actionIds.targets),
    choices: attempt.plan.choices.map(
      (_, index) => click.picked(choiceBlockId(index, hash), actionIds.choice)?.[0] ?? null,
    ),
  });
}
