import type { Actor } from './actor.ts';
import type { AttemptRef, Choice } from './command.ts';
import { formatDuration } from './format.ts';
import { currentAttempt, currentRun, type Incident, isEnd, type StepAttempt } from './incident.ts';

/** What people call the choices: the words on the buttons. */
const CHOICES: Readonly<Record<Choice, string>> = {
  run: 'Run',
  targets: 'Change targets',
  withdraw: 'Take back',
  skip: 'Skip',
  retry: 'Try again',
  continue: 'Go on anyway',
  back: 'Go back',
  abort: 'Abort',
};

/** How an actor is named in a sentence. */
export function actorName(actor: Actor): string {
  return actor.kind === 'system' ? 'Firebreak' : actor.name;
}

/** How an actor is named to somebody: themselves as "You". */
export function nameFor(asker: Actor, actor: Actor): string {
  return isSame(asker, actor) ? 'You' : actorName(actor);
}

/** Whether two actors are one person. */
export function isSame(one: Actor, other: Actor): boolean {
  return one.kind === 'person' && other.kind === 'person' && one.id === other.id;
}

/** How long ago something was, such as `2 s ago`. Clocks may differ a little: the future is now. */
export function ago(at: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(at)) / 1000;
  return seconds < 1 ? 'just now' : `${formatDuration(seconds)} ago`;
}

/** The try that somebody asks about, in the present run. */
export function askedAttempt(incident: Incident, ref: AttemptRef): StepAttempt | undefined {
  return currentRun(incident)?.attempts.find(
    ({ step, attempt }) => step.id === ref.step && attempt === ref.attempt,
  );
}

/** `Ben decided (Run) 2 s ago.`, or null when nobody has decided on this try. */
export function whoDecided(attempt: StepAttempt | undefined, asker: Actor, now: Date): string | null {
  if (attempt === undefined) return null;
  const { closing, decision, approval, times } = attempt;
  if (closing !== null && closing.by.kind !== 'system' && times.endedAt !== undefined) {
    return `${nameFor(asker, closing.by)} decided (${CHOICES[closing.choice]}) ${ago(times.endedAt, now)}.`;
  }
  if (decision === null) return null;
  const names = [...(approval === null ? [] : [approval.by]), decision.by].map((by) => nameFor(asker, by));
  return `${names.join(' and ')} decided (${CHOICES.run}) ${ago(decision.at, now)}.`;
}

/** What comes next on this try, for somebody who was too late. */
export function whatIsNext(incident: Incident, attempt: StepAttempt): string {
  switch (attempt.status) {
    case 'approved':
      return 'It is about to start.';
    case 'executing':
      return 'It is being carried out.';
    case 'verifying':
      return 'It was carried out, and the result is being measured.';
    case 'attention':
      return 'It needs a person now: look at its card.';
    default: {
      const present = currentAttempt(incident);
      return present === undefined || isEnd(present.status)
        ? 'The run is over.'
        : `The run is at "${present.step.title}" now.`;
    }
  }
}
