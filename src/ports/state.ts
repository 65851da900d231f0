import type { Actor } from '../domain/actor.ts';
import type { Alert } from '../domain/alert.ts';
import type { FirebreakError } from '../domain/errors.ts';
import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import type { Verification } from '../domain/journal-chain.ts';
import type { Anchor, JournalEntry } from '../domain/journal-entry.ts';
import type { Progress } from '../domain/outcome.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import type { Purpose } from '../domain/runbook.ts';
import type { Silence } from '../domain/silence.ts';
import type { Explanations } from './gate.ts';

/** Kinds of work. A work item is only a hint to look at the journal: done twice or late it changes nothing. */
export type WorkKind = 'intake' | 'advance' | 'render' | 'remind';

/** A piece of work, enqueued in the transaction of the events that cause it. */
export interface Work {
  readonly kind: WorkKind;
  /** `alerts` for `intake`, incident id otherwise. */
  readonly key: string;
  readonly delaySeconds?: number;
  /** `here`: without an item in the queue. The process that commits it does it; should that one die, it is found as unfinished. */
  readonly by?: 'here';
}

/** Settles every stored alert that is not settled. */
export const INTAKE: Work = { kind: 'intake', key: 'alerts' };

/** The row of an incident that is searched by; written with its events. */
export interface IncidentRow {
  readonly id: string;
  readonly dedupeKey: string;
  readonly database: string;
  readonly title: string;
  readonly status: 'open' | 'closed';
}

/** What became of a stored alert. */
export interface Settlement {
  readonly alertId: string;
  readonly decision: AlertOutcome;
  readonly reason: string;
  readonly incidentId: string | null;
  /** Of an alert that is held back: when it is decided on anew if it still fires (ISO 8601; null for never). */
  readonly heldUntil?: string | null;
  /** Id of the silence that holds it back, or null. */
  readonly heldBy?: string | null;
}

/** `silenced`, `flapping` and `inhibited` are held back: decided on anew when that is over and they still fire. */
export type AlertOutcome =
  | 'opened'
  | 'attached'
  | 'resolved'
  | 'ignored'
  | 'silenced'
  | 'flapping'
  | 'inhibited';

export interface AppendOptions {
  readonly work: readonly Work[];
  /** `waiting` when there is nothing to do after these events until a person answers or an alert comes in. */
  readonly incident?: IncidentRow & {
    readonly waiting: boolean;
    /** ISO 8601: from then on `remind` is due for it, by the clock of the state database, until it is written anew. */
    readonly remindAt?: string | null;
  };
  readonly settles?: readonly Settlement[];
  /** A silence as it is from now on; what one that is over held back is decided on anew. */
  readonly silence?: Silence;
  /** Messages that are posted right after the commit, written down before. */
  readonly reserves?: readonly ChatMessage[];
  /** Dedupe key: a conflict while an open incident holds it. */
  readonly unlessOpen?: string;
}

/** What is appended to one stream. */
export interface StreamAppend {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly DomainEvent[];
  readonly options: AppendOptions;
}

export type AppendResult =
  | { readonly status: 'appended'; readonly events: readonly RecordedEvent[] }
  /** Somebody else appended first: read again and decide again. */
  | { readonly status: 'conflict' };

/** The truth: append-only, hash-chained, one gapless numbering per stream. Throws `state-unavailable`. */
export interface Journal {
  /** The events of a stream in order, from the one after this version on; none when retention has removed their content. */
  read(stream: string, after?: number): Promise<RecordedEvent[]>;
  /** The same of several streams, one after the other. */
  readAll(streams: readonly { readonly stream: string; readonly after: number }[]): Promise<RecordedEvent[]>;
  /**
   * Appends in one transaction with the work, the incident's row and the settlements of alerts.
   * `conflict` when the stream is not at `expectedVersion`, another open incident holds the dedupe key, one of the
   * alerts is settled already, or what it has to wait for is open.
   */
  append(
    stream: string,
    expectedVersion: number,
    events: readonly DomainEvent[],
    options: AppendOptions,
  ): Promise<AppendResult>;
  /** Appends to several streams, each named once, in one transaction; on a conflict of one to none. */
  appendAll(appends: readonly StreamAppend[]): Promise<AppendResult>;
  /** The last entry's position and hash; position 0 of an empty journal. */
  head(): Promise<Anchor>;
  /** Recomputes the whole chain, and compares it with anchors that were kept elsewhere. */
  verify(anchors?: readonly Anchor[]): Promise<Verification>;
  /** Every entry in order, as it was hashed. */
  export(): AsyncIterable<JournalEntry>;
}

export interface StoredAlert {
  readonly id: string;
  readonly alert: Alert;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly settlement: Settlement | null;
  /** How often the same came again. */
  readonly repeats: number;
  /** Id of the stored alert that this one takes up again, or null. */
  readonly replayOf: string | null;
}

/** One time that an alert began to fire. */
export interface Firing {
  /** As the sender says. */
  readonly startsAt: string;
  /** ISO 8601: when it was first heard of. */
  readonly receivedAt: string;
}

/** What decisions on some alerts depend on beside the incidents. */
export interface Past {
  /** The time of the state database. */
  readonly now: Date;
  /** Those set by hand that are not over. */
  readonly silences: readonly Silence[];
  /** By id of a stored alert: each time that it began to fire lately, oldest first, with itself. */
  readonly firings: ReadonlyMap<string, readonly Firing[]>;
}

/** A request that proved its sender and could not be understood. */
export interface DeadLetter {
  /** Such as `LETTER-7`. */
  readonly id: string;
  /** Configured name of the source. */
  readonly source: string;
  readonly reason: string;
  /** What was sent, as text. */
  readonly body: string;
  /** ISO 8601, when it came first and last. */
  readonly receivedAt: string;
  readonly lastAt: string;
  /** How often the same came. */
  readonly count: number;
}

/** What was sent by a known sender and could not be understood: the newest, each once. */
export interface DeadLetters {
  /** Keeps it, with the work that tells people of it. */
  keep(letter: Pick<DeadLetter, 'source' | 'reason' | 'body'>): Promise<void>;
  get(id: string): Promise<DeadLetter | null>;
  /** Newest first. */
  list(limit: number): Promise<DeadLetter[]>;
  /** It was understood after all. */
  remove(id: string): Promise<void>;
}

/** How alerts open incidents in the very transaction that stores them. */
export interface Openings {
  /** Dedupe key of the incident that an alert would belong to; null when it is about no database. */
  readonly keyOf: (alert: Alert) => string | null;
  /** How far back decisions look, in minutes. */
  readonly pastMinutes: number;
  /** What opens incidents for these alerts: each under the id for its dedupe key, where none is open and no alert waits. */
  readonly open: (
    alerts: readonly StoredAlert[],
    ids: ReadonlyMap<string, string>,
    past: Past,
  ) => readonly StreamAppend[];
  /** Called right after the commit. */
  readonly opened: (events: readonly RecordedEvent[]) => void;
}

/** What was set by hand, to open nothing. */
export interface Silences {
  nextId(): Promise<string>;
  get(id: string): Promise<Silence | null>;
  /** Those that are not over, or only since a day; the one that ends first comes first. */
  list(): Promise<Silence[]>;
}

/** Alerts as they came in. */
export interface Alerts {
  /**
   * Stores what is new, and lets it be settled: at once what opens an incident when nothing else waits, the rest
   * afterwards. Repeats of a stored delivery are counted, not stored.
   */
  store(alerts: readonly Alert[], openings?: Openings): Promise<{ stored: number; repeated: number }>;
  get(id: string): Promise<StoredAlert | null>;
  /** Newest first; with outcomes only those. */
  list(limit: number, outcomes?: readonly AlertOutcome[]): Promise<StoredAlert[]>;
  /** What decisions on these stored alerts depend on, as far back as so many minutes. */
  past(ids: readonly string[], minutes: number): Promise<Past>;
  /**
   * Takes up again what was held back, still fires, and is held back no longer: what silenced it is over, it has lasted,
   * or the incident whose symptom it was is closed. They are to be settled anew.
   */
  release(): Promise<void>;
  /** Stores alerts anew as they came in, to be settled anew. Answers the new id of each that is there and settled. */
  replay(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What is not settled, oldest first, after the place where the last call ended; from the start with 0. */
  unsettled(after: number, limit: number): Promise<{ readonly alerts: StoredAlert[]; readonly last: number }>;
}

/** How much retention removes, or would remove. */
export interface Pruned {
  readonly incidents: number;
  readonly alerts: number;
  /** Entries of the journal that lose their content. */
  readonly entries: number;
}

/** Removes the content of what has been over for as long as a policy says; the chain of the journal stays whole. */
export interface Retention {
  /** What prune would remove now. */
  due(policy: RetentionPolicy): Promise<Pruned>;
  /** Removes it, in transactions of bounded size, each with its `journal.pruned` entry. */
  prune(policy: RetentionPolicy, by: Actor): Promise<Pruned>;
}

/** Copies of the whole state, as lines of text. */
export interface Backups {
  /** Everything as of one moment, while Firebreak runs. */
  dump(): AsyncIterable<string>;
  /** Reads a copy to its end and proves the journal in it. Throws `bad-backup`. */
  check(lines: AsyncIterable<string>): Promise<Verification>;
  /** Writes a copy into an empty state, all or nothing. Throws `bad-backup`, `state-not-empty` or `state-version`. */
  restore(lines: AsyncIterable<string>, by: Actor): Promise<Verification>;
}

export interface Incidents {
  /** New ids such as `INC-12`, or `PREV-12` of a prevention run; unused ones leave gaps. */
  nextIds(count: number, purpose?: Purpose): Promise<string[]>;
  get(id: string): Promise<(IncidentRow & { prunedAt: string | null }) | null>;
  findOpen(dedupeKey: string): Promise<IncidentRow | null>;
  listOpen(): Promise<(IncidentRow & { openedAt: string })[]>;
  /** Writes when `remind` is due, unless something was appended since this version. */
  remindAt(id: string, version: number, at: Date | null): Promise<void>;
  /** Newest first, open and closed; `prunedAt` (ISO 8601) when retention has removed the content. */
  list(limit: number): Promise<(IncidentRow & { openedAt: string; prunedAt: string | null })[]>;
}

/** Where a long step is; one row per incident, overwritten. */
export interface ProgressBoard {
  put(incidentId: string, progress: { step: string; attempt: number; progress: Progress }): Promise<void>;
  get(incidentId: string): Promise<{ step: string; attempt: number; progress: Progress; at: string } | null>;
}

/** A message in the chat that shows a part of an incident. */
export interface ChatMessage {
  readonly incidentId: string;
  /** Which part: `parent`, `step:<id>:<attempt>`. */
  readonly key: string;
  readonly channel: string;
  /** Slack's timestamp, or null while a post is under way or its outcome unknown. */
  readonly ts: string | null;
  /** Sent in the message's metadata, to find it again when the answer to the post was lost. */
  readonly nonce: string;
  /** Hash of the content last sent. */
  readonly contentHash: string;
}

/** A row, and the one that was read before it; null when there was none. */
export interface ChatMessageChange {
  readonly message: ChatMessage;
  readonly before: ChatMessage | null;
}

export interface ChatMessages {
  list(incidentId: string): Promise<ChatMessage[]>;
  /** The incident that the message with this timestamp shows a part of, or null. */
  incidentAt(channel: string, ts: string): Promise<string | null>;
  put(message: ChatMessage): Promise<void>;
  /**
   * Writes a row in place of the one that was read, or the first one when there was none. False when another process has
   * given the message a new nonce meanwhile; nothing is changed then.
   */
  replace(message: ChatMessage, before: ChatMessage | null): Promise<boolean>;
  /** The same for several rows in one transaction. */
  replaceAll(changes: readonly ChatMessageChange[]): Promise<void>;
}

/** Throws `state-unavailable` when the hold is lost. Asks the state database, also when nothing was heard of a loss. */
export type Confirm = () => Promise<void>;

/** Runs at most one holder of a name at a time over all processes; freed at once when its process dies. */
export interface Mutex {
  /** `busy` when another holder runs. The signal aborts when the hold is known to be lost. */
  exclusively<T>(
    name: string,
    run: (signal: AbortSignal, confirm: Confirm) => Promise<T>,
  ): Promise<{ status: 'done'; result: T } | { status: 'busy' }>;
}

/** This process among the replicas that work on one state. */
export interface Presence {
  /**
   * Takes part: the others take its work over when it dies, and write nothing that it cannot read.
   * Throws `state-version` when they have done so already.
   */
  join(replica: {
    /** Version of Firebreak, shown to the others. */
    readonly version: string;
    /** Called when this replica was away, and a newer version has written meanwhile what it cannot read. */
    readonly onOutdated: (error: FirebreakError) => void;
  }): Promise<void>;
  /** Gives its work to the others at once. */
  leave(): Promise<void>;
  /** The others that live now. */
  others(): Promise<readonly { readonly instance: string; readonly version: string }[]>;
}

/** Does a work item. A throw or `busy` lets it come again. */
export type WorkHandler = (
  key: string,
  signal: AbortSignal,
  stopping: AbortSignal,
) => Promise<'done' | 'busy'>;

export interface WorkQueue {
  /**
   * Registers the one handler of a kind, before start. A throw or `busy` lets the item come again. `stopping` aborts as
   * soon as the queue stops, `signal` when the time to end is over.
   */
  handle(kind: WorkKind, handler: WorkHandler): void;
  /** Runs the handler in this process now, without waiting for delivery. */
  wake(kind: WorkKind, key: string): void;
  start(): Promise<void>;
  /** Stops taking work and waits for what runs, at most this many milliseconds. */
  stop(graceMs: number): Promise<void>;
}

/** Firebreak's own database. It is never a monitored one. */
export interface State {
  readonly journal: Journal;
  readonly alerts: Alerts;
  readonly silences: Silences;
  readonly deadLetters: DeadLetters;
  /** What the cost gate predicted, and what came of it. */
  readonly explanations: Explanations;
  readonly incidents: Incidents;
  readonly retention: Retention;
  readonly backups: Backups;
  readonly progress: ProgressBoard;
  readonly messages: ChatMessages;
  readonly mutex: Mutex;
  readonly presence: Presence;
  readonly queue: WorkQueue;
  /** The time of the state database, which the times of events are of. */
  now(): Promise<Date>;
  stop(): Promise<void>;
}
