import type { Actor, Person } from './actor.ts';
import type { BreakGlass } from './break-glass.ts';
import type { Fault, Phase } from './event.ts';
import type { Note } from './note.ts';
import type { Outcome, Verdict } from './outcome.ts';
import type { Plan, Selection } from './plan.ts';

/** Names the try of a step that a command is about; a command for another one is stale. */
export interface AttemptRef {
  readonly step: string;
  readonly attempt: number;
}

/**
 * How often a try was planned and its effect begun, as far as the sender of a command knows: with other numbers, somebody
 * else is at it.
 */
export interface Progressed {
  readonly drawn: number;
  readonly intents: number;
}

/** What a person can answer to a card. */
export type Choice = 'run' | 'targets' | 'withdraw' | 'skip' | 'retry' | 'continue' | 'back' | 'abort';

/** What people and the engine ask of an incident. */
export type Command =
  | ({
      readonly type: 'decide';
      readonly choice: Choice;
      /** What the person's screen shows: the `cardHash` of the try. */
      readonly hash: string | null;
      readonly selection: Selection | null;
      /** Step to go back to, with the choice `back`. */
      readonly to: string | null;
      readonly by: Actor;
      /** Names the click, when it may be delivered twice. */
      readonly click?: string;
      /** The person is not on the list and forces the decision. */
      readonly breakGlass?: BreakGlass;
    } & AttemptRef)
  | {
      readonly type: 'take-charge';
      readonly by: Person;
      /** Whom the person's screen shows in charge, by id; null for nobody. */
      readonly from: string | null;
      readonly click?: string;
    }
  | { readonly type: 'hand-over'; readonly by: Person; readonly to: Person; readonly click?: string }
  | {
      readonly type: 'add-responders';
      readonly by: Person;
      readonly who: readonly Person[];
      readonly click?: string;
    }
  | {
      readonly type: 'add-note';
      readonly by: Person;
      readonly note: Omit<Note, 'by'>;
      readonly click?: string;
    }
  | { readonly type: 'close'; readonly by: Person; readonly reason: string; readonly click?: string }
  | ({
      readonly type: 'planned';
      readonly plan: Plan;
      readonly differs: readonly string[];
      readonly validForMs: number;
    } & AttemptRef &
      Pick<Progressed, 'drawn'>)
  | ({ readonly type: 'pass-by'; readonly reason: string } & AttemptRef)
  | ({ readonly type: 'drifted'; readonly differs: readonly string[] } & AttemptRef & Progressed)
  | ({ readonly type: 'intend'; readonly instance: string } & AttemptRef & Progressed)
  | ({
      readonly type: 'complete';
      readonly outcome: Outcome;
      readonly reconciled: boolean;
    } & AttemptRef &
      Progressed)
  | ({ readonly type: 'verified'; readonly verdict: Verdict } & AttemptRef)
  | ({
      readonly type: 'fail';
      readonly phase: Phase;
      readonly fault: Fault;
    } & AttemptRef &
      Progressed)
  | { readonly type: 'complete-run' };

/** Why a command changes nothing. */
export interface Refusal {
  readonly reason:
    | 'closed'
    | 'not-running'
    | 'stale-step'
    | 'stale-plan'
    | 'stale-card'
    | 'expired'
    | 'already-decided'
    | 'approved-meanwhile'
    | 'same-person'
    | 'bad-selection'
    | 'not-possible'
    | 'not-allowed'
    /** The message is in the timeline already. */
    | 'already-there'
    /** Who may decide could not be read. */
    | 'authority-unknown'
    /** The person asked for the step, and may not be its only approver. */
    | 'self-approval'
    /** The same click was answered before: nobody has to be told again. */
    | 'repeated';
  /** A sentence for the person who asked. */
  readonly message: string;
  /** The person may force it with a reason. */
  readonly mayForce?: true;
}
