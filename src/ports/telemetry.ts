import type { AttemptRef } from '../domain/command.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { ConnectionHealth } from './health.ts';
import type { WorkKind } from './state.ts';

/** Systems that Firebreak calls. */
export type CalledSystem = 'postgres' | 'pgbouncer' | 'kubernetes' | 'prometheus' | 'slack' | 'state';

/** A piece of work on an incident, such as a phase of a step. */
export interface IncidentWork {
  /** `plan`, `execute`, `reconcile`, `verify` or `render`. */
  readonly name: string;
  /** The try of a step that it belongs to, if any. */
  readonly attempt?: AttemptRef;
}

/** How Firebreak is at the moment of a scrape; what could not be read is null. */
export interface Readings {
  readonly ready: boolean;
  readonly connections: readonly ConnectionHealth[];
  /** Whether clicks can arrive, and how many incidents are not shown as they should be. */
  readonly slack: { readonly connected: boolean; readonly waiting: number };
  /** Each open incident: its database, and whether it waits for a person. */
  readonly open: readonly { readonly database: string; readonly waits: boolean }[] | null;
  /** Seconds since the oldest alert was stored that is not settled; 0 when all are. */
  readonly unsettledSeconds: number | null;
  /** Processes that work on this state, this one included. */
  readonly replicas: number | null;
}

/**
 * What is told to those who watch Firebreak itself: metrics, traces, and the fields that lines of the log carry. It
 * throws nothing of its own and holds nothing up.
 */
export interface Telemetry {
  /** Entries of the journal that were committed just now; the incident is as it is after them, null for other streams. */
  readonly recorded: (incident: Incident | null, events: readonly RecordedEvent[]) => void;
  /** Runs work on an incident: lines of the log and calls in it are marked as its own. */
  during<T>(incident: Incident, work: IncidentWork, run: () => Promise<T>): Promise<T>;
  /** Makes a call of an outside system. */
  call<T>(system: CalledSystem, operation: string, run: () => Promise<T>): Promise<T>;
  /** Does a work item of the queue. */
  work<T>(kind: WorkKind, run: () => Promise<T>): Promise<T>;
  /** A delivery of alerts was answered. `source` is a configured name, or null. */
  answered(source: string | null, status: number, seconds: number): void;
  /** The metrics as Prometheus reads them. */
  exposition(readings: Readings): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Sends what is left. */
  stop(): Promise<void>;
}
