import { cardHash } from '../../domain/card-hash.ts';
import type { Choice, Refusal } from '../../domain/command.ts';
import { currentAttempt } from '../../domain/incident.ts';
import { type Plan, planHash, type Selection } from '../../domain/plan.ts';
import type { Reply } from '../../engine/desk.ts';
import { actionIds } from '../blocks/action-ids.ts';
import { forceBlocks } from '../blocks/break-glass.ts';
import type { ClickValue } from '../blocks/click-value.ts';
import { choiceBlockId, positionsOf, selectionOf } from '../blocks/offer.ts';
import type { Said } from '../blocks/said.ts';
import type { Click } from './click.ts';
import type { ListenerContext } from './context.ts';
import { say } from './say.ts';

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
  'authority-unknown': 'Nothing was done: click again in a moment.',
  'self-approval': 'Your click is in the journal.',
  repeated: '',
};

/** Brings a click on a step's card to the desk; resolves with what the person is to be told, or null. */
export async function answer(
  context: ListenerContext,
  click: Click,
  choice: Choice,
): Promise<string | Said | null> {
  const identified = await context.people.identify(click.by);
  if (identified.status === 'stranger') return identified.message;
  const { value, id } = click;
  const picked = choice === 'run' ? await pickedOn(context, click) : null;
  const reply = await context.desk.answer({
    ...asked(value, choice, picked?.selection ?? null),
    by: identified.person,
    ...(id === undefined ? {} : { click: id }),
  });
  const sentence = refusalText(reply);
  if (sentence === null || reply.status === 'accepted' || reply.mayForce !== true) return sentence;
  // What is to be changed about the targets is said in a modal, and forces nothing.
  if (choice === 'targets') return sentence;
  const positions =
    picked === null ? {} : { p: [...picked.positions.targets], c: [...picked.positions.choices] };
  const { text, blocks } = say(sentence);
  return { text, blocks: [...blocks, ...forceBlocks({ ...value, ...positions, x: choice })] };
}

/** What a click asks of the desk. */
export function asked(value: ClickValue, choice: Choice, selection: Selection | null) {
  return {
    incidentId: value.i,
    step: value.s,
    attempt: value.a,
    choice,
    hash: value.h,
    selection: choice === 'run' ? selection : null,
    to: choice === 'back' ? value.t : null,
  };
}

/**
 * A refusal with what to do next. A click that was delivered twice is answered once: its decision stands, and
 * nobody is told that they were too late for themselves.
 */
export function refusalText(reply: Reply): string | null {
  if (reply.status === 'accepted' || reply.reason === 'repeated') return null;
  return `${reply.message} ${NEXT[reply.reason]}`;
}

/** What is selected, and where that stands in the plan. */
interface PickedOn {
  readonly selection: Selection;
  readonly positions: { readonly targets: readonly number[]; readonly choices: readonly number[] };
}

/** What the person sees as selected on the card. */
async function pickedOn(context: ListenerContext, click: Click): Promise<PickedOn | null> {
  return await selectionFor(context, click.value, (plan, hash) =>
    plan.choices.map((_, index) => click.picked(choiceBlockId(index, hash), actionIds.choice)?.[0] ?? null),
  );
}

/**
 * What a click means as selected. Positions mean something for the plan on the person's screen only; when the plan is
 * another one by now, the desk refuses the click by its hash and nothing is selected.
 */
export async function selectionFor(
  { desk }: ListenerContext,
  value: ClickValue,
  answers: (plan: Plan, hash: string) => readonly (number | null)[],
): Promise<PickedOn | null> {
  const view = await desk.view(value.i);
  const attempt = view === null ? undefined : currentAttempt(view.incident);
  if (attempt?.plan == null || value.h === null) return null;
  const { plan, approval } = attempt;
  const isSecond = approval !== null && value.h === cardHash(attempt);
  // A second person who pressed the card of the first is told what differs from what the first approved.
  if (!isSecond && value.h !== cardHash({ ...attempt, approval: null })) return null;
  const selection = isSecond ? approval.selection : selectionOf(plan, value, answers(plan, planHash(plan)));
  return { selection, positions: positionsOf(plan, selection) };
}
