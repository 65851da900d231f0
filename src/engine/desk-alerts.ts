import type { Person } from '../domain/actor.ts';
import type { Matcher } from '../domain/matcher.ts';
import type { Silence } from '../domain/silence.ts';
import type { DeadLetter, StoredAlert } from '../ports/state.ts';

/** What somebody wants to be silent for a while. */
export interface SilenceRequest {
  readonly matchers: readonly Matcher[];
  readonly minutes: number;
  readonly reason: string;
  readonly by: Person;
  /** Names the click or command, where one may be delivered twice. */
  readonly click?: string;
}

/** Alerts of the last day that opened nothing. */
export interface HeldBack {
  /** Those that could not be decided: firing, and no database or runbook was found; newest first. */
  readonly undecided: readonly StoredAlert[];
  /** Those that could not be understood, newest first. */
  readonly letters: readonly DeadLetter[];
  readonly silenced: readonly StoredAlert[];
  readonly flapping: readonly StoredAlert[];
}

/** What became of one that was to be replayed. */
export interface Replayed {
  readonly id: string;
  /** In a sentence. */
  readonly said: string;
  /** Id of the stored alert that takes it up, or null. */
  readonly again: string | null;
}

/** What people can do about alerts. Throws only `state-unavailable`. */
export interface AlertDesk {
  /** Those set by hand that are open, and those that ended within a day. */
  silences(): Promise<Silence[]>;
  /** Permitted to whoever may open incidents, as it keeps them from being opened. Journaled, and told in the channel. */
  silence(
    request: SilenceRequest,
  ): Promise<
    | { readonly status: 'silenced'; readonly silence: Silence }
    | { readonly status: 'refused'; readonly message: string }
  >;
  /** Ends one before its time; what it held back and still fires is decided on at once. Answers a refusal or null. */
  endSilence(id: string, by: Person, click?: string): Promise<string | null>;
  heldBack(): Promise<HeldBack>;
  /**
   * Takes alerts that opened nothing, and what could not be understood, as if they came in now. Permitted to whoever may
   * open incidents.
   */
  replay(
    ids: readonly string[],
    by: Person,
  ): Promise<
    | { readonly status: 'replayed'; readonly results: readonly Replayed[] }
    | { readonly status: 'refused'; readonly message: string }
  >;
}
