import { formatCount } from '../domain/format.ts';
import { currentAttempt, currentRun, type Incident, isEnd, type StepAttempt } from '../domain/incident.ts';
import { proposedSelection } from '../domain/plan.ts';
import { stateOf } from '../words/states.ts';

/** A decision on the present step; `select` runs it on other targets than it proposes. */
export interface Decision {
  readonly do: 'run' | 'select' | 'withdraw' | 'skip' | 'retry' | 'continue' | 'back' | 'abort';
  /** Step to go back to. */
  readonly to?: string;
}

/** What a person can do at the keyboard. */
export type Deed =
  | Decision
  | { readonly do: 'statements' | 'by-hand' | 'explain' | 'why-not' | 'take-charge' | 'close' | 'leave' };

/** A deed with the words of its line in the menu. */
export interface Offer {
  readonly deed: Deed;
  readonly label: string;
}

const LEAVE: Offer = { deed: { do: 'leave' }, label: 'Leave; the incident stays open' };

/** Whether a person is awaited: otherwise the screen only follows. */
export function isAwaited(incident: Incident): boolean {
  const attempt = currentAttempt(incident);
  if (incident.status === 'closed') return false;
  return attempt === undefined || attempt.status === 'awaiting' || attempt.status === 'attention';
}

/** Everything that a person can do now, the likeliest first. Pure. */
export function offersOf(incident: Incident, person: string): Offer[] {
  const run = currentRun(incident);
  const attempt = currentAttempt(incident);
  const ways = run === undefined || attempt === undefined ? [] : stepOffers(incident, attempt);
  const close: Offer[] =
    incident.status === 'closed' ? [] : [{ deed: { do: 'close' }, label: 'Close the incident' }];
  return [
    ...ways,
    ...evidence(incident),
    ...charge(incident, person),
    ...endings(attempt),
    ...(attempt === undefined ? close : []),
    LEAVE,
  ];
}

function stepOffers(incident: Incident, attempt: StepAttempt): Offer[] {
  switch (attempt.status) {
    case 'awaiting':
      return [...runOffers(attempt), ...reading(attempt), skip, ...backOffers(incident, attempt)];
    case 'attention':
      return attentionOffers(incident, attempt);
    case 'verifying':
      return backOffers(incident, attempt);
    case 'planning':
      return [skip];
    default:
      return [];
  }
}

const skip: Offer = { deed: { do: 'skip' }, label: 'Skip this step' };

function runOffers({ plan, approval, step }: StepAttempt): Offer[] {
  if (plan === null) return [];
  if (approval !== null) {
    return [
      { deed: { do: 'run' }, label: 'Run it, as the second person' },
      { deed: { do: 'withdraw' }, label: 'Take the first approval back' },
    ];
  }
  const chosen = proposedSelection(plan).targets.length;
  const on = plan.targets.length === 0 ? '' : ` on ${formatCount(chosen, 'target')}`;
  const run: Offer = {
    deed: { do: 'run' },
    label: step.confirm === 'two' ? `Approve it${on}, as the first of two` : `Run it${on}`,
  };
  const select: Offer[] =
    plan.targets.length === 0
      ? []
      : [{ deed: { do: 'select' }, label: 'Change what it acts on, then run it' }];
  // Without a proposal there is nothing to run before something is picked.
  return plan.targets.length > 0 && chosen === 0 ? select : [run, ...select];
}

function reading({ plan }: StepAttempt): Offer[] {
  const statements =
    plan !== null && (plan.commands.length > 0 || plan.targets.some(({ sql }) => sql !== null));
  return [
    ...(statements ? [{ deed: { do: 'statements' }, label: 'Show every statement' } as const] : []),
    { deed: { do: 'by-hand' }, label: 'Show how to do it by hand' },
  ];
}

function attentionOffers(incident: Incident, attempt: StepAttempt): Offer[] {
  const wanted = attempt.verdict?.goBackTo ?? null;
  const back = backOffers(incident, attempt);
  const first = back.filter(({ deed }) => deed.do === 'back' && deed.to === wanted);
  return [
    ...first,
    { deed: { do: 'retry' }, label: 'Try again, with a fresh plan' },
    { deed: { do: 'by-hand' }, label: 'Show how to do it by hand' },
    ...back.filter((offer) => !first.includes(offer)),
    { deed: { do: 'continue' }, label: 'Go on anyway' },
    skip,
  ];
}

/**
 * Earlier steps that were skipped, and the one that the proof points back to. Of those that were passed by as being for
 * another cause, the last: with many they would bury the rest.
 */
function backOffers(incident: Incident, attempt: StepAttempt): Offer[] {
  const run = currentRun(incident);
  if (run === undefined) return [];
  const earlier = run.runbook.steps.slice(0, run.position).map(({ id, title }) => {
    const last = run.attempts.findLast(({ step }) => step.id === id);
    const passedBy = last?.closing?.passedBy === true;
    return { id, title, passedBy, skipped: last?.status === 'skipped' && !passedBy };
  });
  const lastPassedBy = earlier.findLast(({ passedBy }) => passedBy);
  return earlier
    .filter((one) => one.id === attempt.verdict?.goBackTo || one.skipped || one === lastPassedBy)
    .map(({ id, title }) => ({ deed: { do: 'back', to: id }, label: `Go back to "${title}"` }));
}

function evidence({ causes }: Incident): Offer[] {
  return causes.length === 0
    ? []
    : [
        { deed: { do: 'explain' }, label: 'Explain: the evidence' },
        { deed: { do: 'why-not' }, label: 'Why not something else' },
      ];
}

function charge({ lead, status }: Incident, person: string): Offer[] {
  if (status === 'closed' || lead?.who.id === person) return [];
  const label = lead === null ? 'Take charge' : `Take charge from ${lead.who.name}`;
  return [{ deed: { do: 'take-charge' }, label }];
}

function endings(attempt: StepAttempt | undefined): Offer[] {
  return attempt === undefined || attempt.status === 'executing'
    ? []
    : [{ deed: { do: 'abort' }, label: 'Stop the run' }];
}

/** What goes on while nobody is awaited, for the line at the bottom. */
export function underWay(incident: Incident, progress: string | null): string {
  const attempt = currentAttempt(incident);
  if (attempt === undefined || isEnd(attempt.status)) return 'Going on';
  return `${stateOf(attempt).word}: ${progress ?? attempt.step.title}`;
}
