import type { DomainEvent } from '../../../src/domain/event.ts';
import type { ChatMessage } from '../../../src/ports/state.ts';

/** A stored alert and what became of it. */
export interface AlertFact {
  readonly id: string;
  /** The sender's id of the alert. */
  readonly fingerprint: string;
  /** Null while it is not settled. */
  readonly decision: string | null;
  readonly incidentId: string | null;
}

/** A message of Firebreak in the channel that everybody sees. */
export interface MessageFact {
  readonly ts: string;
  /** Null at the top of the channel. */
  readonly thread: string | null;
  /** From its metadata; null when it carries none. */
  readonly incident: string | null;
  readonly key: string | null;
  readonly text: string;
  /** Id of the file that it brings; null without one. */
  readonly file: string | null;
  /** Action ids of what can be clicked on it. */
  readonly offers: readonly string[];
}

/** What a signal did to a session of the victim, by the victim's log. */
export interface SignalFact {
  readonly pid: number;
  readonly what: 'cancelled' | 'ignored a cancel' | 'terminated';
}

/** An event of the journal with the stream that it belongs to. */
export interface EntryFact {
  readonly stream: string;
  /** ISO 8601, by the clock of the state. */
  readonly at: string;
  readonly event: DomainEvent;
}

/** Everything that is known after a fault: read, not judged. */
export interface Facts {
  /** The sender's ids of the alerts that were answered with 2xx. */
  readonly acknowledged: readonly string[];
  readonly alerts: readonly AlertFact[];
  readonly entries: readonly EntryFact[];
  /** What `journal verify` says, or null when the chain is whole. */
  readonly chainProblem: string | null;
  readonly incidents: readonly { readonly id: string; readonly status: 'open' | 'closed' }[];
  readonly rows: readonly ChatMessage[];
  readonly messages: readonly MessageFact[];
  readonly signals: readonly SignalFact[];
  /** How often the spec of the CronJob was changed. */
  readonly specChanges: number;
}
