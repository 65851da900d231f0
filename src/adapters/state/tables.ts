import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Json } from '../../domain/json.ts';
import type { AlertOutcome } from '../../ports/state.ts';

/** JSON that is written as its text and read parsed. */
type Jsonb = ColumnType<unknown, string, string>;
/** Written by the database clock, read as ISO 8601 in UTC. */
type Time = Generated<string>;

/** The tables of the schema `firebreak`, as Kysely sees them. */
export interface StateTables {
  journal: JournalTable;
  journal_head: { position: number; hash: string; event_schema: Generated<number> };
  alert: AlertTable;
  silence: { id: string; silence: Jsonb; ends_at: string };
  dead_letter: DeadLetterTable;
  incident: IncidentTable;
  progress: { incident_id: string; progress: Jsonb; at: Time };
  chat_message: ChatMessageTable;
  replica: ReplicaTable;
  explanation: ExplanationTable;
}

export interface JournalTable {
  position: number;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  /** Null once retention has removed it. */
  body: string | null;
  data: GeneratedAlways<Json | null>;
  at: string;
  body_hash: string;
  previous_hash: string;
  hash: string;
}

export interface AlertTable {
  ordinal: GeneratedAlways<number>;
  id: string;
  delivery_key: string;
  alert: Jsonb;
  received_at: Time;
  repeats: Generated<number>;
  last_repeat_at: string | null;
  decision: AlertOutcome | null;
  reason: string | null;
  incident_id: string | null;
  settled_at: string | null;
  /** Whether it fires and is to be looked at again: at `held_until`, or when the incident whose symptom it is is closed. */
  held: Generated<boolean>;
  held_until: string | null;
  /** Id of the silence that holds it back. */
  held_by: string | null;
  /** Id of the row that it takes up again. */
  replay_of: string | null;
}

export interface DeadLetterTable {
  id: string;
  delivery_key: string;
  source: string;
  reason: string;
  body: string;
  received_at: Time;
  last_at: Time;
  count: Generated<number>;
}

export interface IncidentTable {
  ordinal: GeneratedAlways<number>;
  id: string;
  dedupe_key: string;
  dedupe_hash: string;
  database: string;
  title: string;
  status: 'open' | 'closed';
  opened_at: Time;
  updated_at: Time;
  /** When retention removed its content. */
  pruned_at: string | null;
  /** True when it had nothing to do but wait for a person, or for an alert, after its last event. */
  waiting: Generated<boolean>;
  /** When somebody has to be reminded or paged, or a page taken back. */
  remind_at: string | null;
}

/** One start of one process that works on this state. */
export interface ReplicaTable {
  instance: string;
  version: string;
  event_schema: number;
  started_at: Time;
  /** When it stopped in order. */
  left_at: string | null;
  /** When another replica found it gone and took its work over; null again when it came back. */
  gone_at: string | null;
}

export interface ChatMessageTable {
  incident_id: string;
  key: string;
  channel: string;
  ts: string | null;
  nonce: string;
  content_hash: string;
}

/** A verdict of the cost gate, and what came of it. */
export interface ExplanationTable {
  ordinal: GeneratedAlways<number>;
  id: string;
  database: string;
  job: string | null;
  verdict: string;
  cost: number | null;
  estimated_seconds: number | null;
  at: Time;
  seconds: number | null;
  rows: number | null;
  completed: boolean | null;
  reported_at: string | null;
}
