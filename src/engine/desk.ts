import type { ActionClass, Person } from '../domain/actor.ts';
import type { Members } from '../domain/authority.ts';
import type { BreakGlass } from '../domain/break-glass.ts';
import type { AttemptRef, Choice, Refusal } from '../domain/command.ts';
import type { ChargeCommand } from '../domain/decide-charge.ts';
import type { Incident } from '../domain/incident.ts';
import type { Note } from '../domain/note.ts';
import type { Progress } from '../domain/outcome.ts';
import type { Selection } from '../domain/plan.ts';
import type { Purpose } from '../domain/runbook.ts';
import type { AlertDesk } from './desk-alerts.ts';
import type { FollowUpDesk } from './desk-follow-ups.ts';

/** A person's answer to a card. */
export interface Answer extends AttemptRef {
  readonly incidentId: string;
  readonly choice: Choice;
  /** What the person's screen shows: the `cardHash` of the try. */
  readonly hash: string | null;
  readonly selection: Selection | null;
  /** Step to go back to, with the choice `back`. */
  readonly to: string | null;
  readonly by: Person;
  /** Names the click, where one click may be delivered twice. */
  readonly click?: string;
  /** Forces the decision where the person is not on the list: counts only for whom the configuration lets. */
  readonly breakGlass?: BreakGlass;
}

/** What the person is told. */
export type Reply = { readonly status: 'accepted' } | ({ readonly status: 'refused' } & Refusal);

/** What the world says of targets that somebody wants to act on. */
export type Recheck =
  | { readonly status: 'same' }
  /** One sentence for each target that is gone, is protected now, or does something else. */
  | { readonly status: 'changed'; readonly changes: readonly string[] }
  /** It could not be read in time; `why` is a sentence. */
  | { readonly status: 'unread'; readonly why: string };

/** An incident with what is going on in it, for views. */
export interface IncidentView {
  readonly incident: Incident;
  /** Where the present long step is, or null. */
  readonly progress: { readonly step: string; readonly attempt: number; readonly progress: Progress } | null;
}

/** An incident of the past or the present. */
export interface RecentIncident {
  readonly id: string;
  readonly database: string;
  readonly title: string;
  /** ISO 8601. */
  readonly openedAt: string;
  /** Null when retention has removed its content. */
  readonly incident: Incident | null;
}

/** Something that people are told although nothing is to be decided. */
export interface Notice {
  /** Stays the same while the notice is about the same thing. */
  readonly key: string;
  /** What kind of thing it is, such as `Alert without an incident`. */
  readonly heading: string;
  readonly title: string;
  readonly text: string;
  /** What the reader can do. */
  readonly hint: string;
  /** ISO 8601, when it was first and last heard of. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly count: number;
}

/** What people can do, whichever way they come in: Slack, a terminal, an API. Throws only `state-unavailable`. */
export interface IncidentDesk {
  /**
   * Opens an incident by hand, or names the one that is open for this database. A runbook of prevention opens a prevention
   * run, which is refused while an incident is open.
   */
  open(request: {
    readonly database: string;
    readonly runbook: string | null;
    readonly by: Person;
    /** Which kind is meant where no runbook is named; an incident unless told. */
    readonly purpose?: Purpose;
  }): Promise<
    | { readonly status: 'opened' | 'already-open'; readonly incidentId: string }
    | { readonly status: 'refused'; readonly message: string }
  >;
  answer(answer: Answer): Promise<Reply>;
  /**
   * Reads the world again for these targets of the plan that waits for a decision; changes and records nothing. Gives up
   * when the signal aborts.
   */
  recheck(incidentId: string, targets: readonly string[], signal: AbortSignal): Promise<Recheck>;
  /** `click` names the click, where one click may be delivered twice. */
  close(incidentId: string, by: Person, reason: string, click?: string): Promise<Reply>;
  /** Who looks after an incident: take charge, hand over, add responders. It permits nothing, so everybody may. */
  charge(incidentId: string, command: ChargeCommand): Promise<Reply>;
  /** Asks for the post-mortem of a closed incident; refused while it is written, and when it would say nothing new. */
  writePostMortem(incidentId: string, by: Person, click?: string): Promise<Reply>;
  /** A version of it as Markdown; null while it is not written. */
  postMortem(incidentId: string, number: number): Promise<string | null>;
  /** Puts a message of the chat into the timeline, of a closed incident too. It permits nothing, so everybody may. */
  note(incidentId: string, by: Person, note: Omit<Note, 'by'>, click?: string): Promise<Reply>;
  view(incidentId: string): Promise<IncidentView | null>;
  listOpen(): Promise<Incident[]>;
  /** The open incidents in which a decision waits that this person may make. */
  waitingFor(by: Person): Promise<Incident[]>;
  /** The last incidents, open and closed, newest first; of one database, or of all with null. */
  listRecent(limit: number, database: string | null): Promise<RecentIncident[]>;
  /** Why this person may not decide on actions of this class now, in a sentence that says who may; null when they may. */
  whyNot(by: Person, actionClass: ActionClass): Promise<string | null>;
  /** Who may decide on actions of this class now, for people to read: it permits nothing. */
  mayDecide(actionClass: ActionClass): Promise<readonly Members[]>;
  /** What opened nothing in the last day: one notice for each name and reason, silence, and flapping alert; oldest first. */
  notices(): Promise<Notice[]>;
  /** Silences, and alerts that led to nothing. */
  readonly alerts: AlertDesk;
  /** What was left to do after incidents. */
  readonly followUps: FollowUpDesk;
  /** Names of the monitored databases, and ids and titles of the runbooks. */
  readonly databases: readonly string[];
  readonly runbooks: readonly {
    readonly id: string;
    readonly title: string;
    readonly purpose: Purpose;
    /** Names of the alerts that start it. */
    readonly alerts: readonly string[];
  }[];
}
