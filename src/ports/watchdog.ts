import type { Person } from '../domain/actor.ts';
import type { WatchdogPolicy } from '../domain/watchdog.ts';
import type { PolicyRecord } from '../domain/watchdog-record.ts';

/** A policy of the configuration with what happened by it. */
export interface PolicyView {
  readonly policy: WatchdogPolicy;
  readonly record: PolicyRecord;
  /** From when on it ends sessions, ISO 8601, possibly in the future; null when it only reports. */
  readonly armedFrom: string | null;
  /** Id of the open incident of its database, on account of which it does nothing; or null. */
  readonly incident: string | null;
}

/** What a person wants of a policy. */
export interface PolicySwitch {
  readonly policy: string;
  readonly to: 'stopped' | 'running';
  readonly by: Person;
  /** Names the click, where one click may be delivered twice. */
  readonly click?: string;
}

/** The standing policies of the watchdog, for people. Throws `state-unavailable`. */
export interface Watchdog {
  /** In the order of the configuration. */
  policies(): Promise<readonly PolicyView[]>;
  /** Stops a policy, or starts it again; null when it was done, otherwise why not in a sentence. */
  switch(wish: PolicySwitch): Promise<string | null>;
}
