import type { Person } from '../domain/actor.ts';
import type { FollowUpDraft, FollowUpStatus, Proof } from '../domain/follow-up.ts';
import type { FollowUp, FollowUpDigest, Reopening } from '../domain/follow-up-record.ts';

/** Everything of the follow-ups, for views. */
export interface FollowUpView {
  /** In the order in which they were added: open, done and dropped. */
  readonly items: readonly FollowUp[];
  /** The newest weekly digest, or null. */
  readonly digest: FollowUpDigest | null;
  /** What audits or incidents opened again, oldest first. */
  readonly reopenings: readonly Reopening[];
  /** The day in the zone of the team, such as `2026-12-31`. */
  readonly today: string;
}

/** A follow-up that a person adds by hand. */
export interface FollowUpWish {
  readonly text: string;
  readonly database: string | null;
  readonly proofs: readonly Proof[];
  readonly incident: string | null;
  readonly owner: Person | null;
  readonly due: string | null;
  readonly by: Person;
  /** Names the click, where one click may be delivered twice. */
  readonly click?: string;
}

/** What a person changes of a follow-up; what is left out stays. */
export interface FollowUpChange {
  readonly id: string;
  readonly owner?: Person | null;
  readonly due?: string | null;
  readonly to?: FollowUpStatus;
  /** Why it is dropped, done or open again; needed to drop it. */
  readonly reason?: string;
  readonly by: Person;
  readonly click?: string;
}

/** What was left to do after incidents. Whoever may observe may change it: nothing of it touches a monitored system. */
export interface FollowUpDesk {
  /** Names of the audits that can prove one. */
  readonly audits: readonly string[];
  view(): Promise<FollowUpView>;
  add(
    wish: FollowUpWish,
  ): Promise<
    | { readonly status: 'added'; readonly followUp: FollowUp }
    | { readonly status: 'refused'; readonly message: string }
  >;
  /**
   * Takes up what an incident left to do, as its post-mortem in Slack does; a second time changes nothing. Null, or why not
   * in a sentence.
   */
  take(wish: {
    readonly incident: string;
    readonly drafts: readonly FollowUpDraft[];
    readonly by: Person;
  }): Promise<string | null>;
  /** Null when it was done, or when nothing was to be changed; otherwise why not in a sentence. */
  change(change: FollowUpChange): Promise<string | null>;
}
