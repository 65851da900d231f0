import type { Settings } from './settings.ts';
import type { Shape } from './shape.ts';
import type { Stage } from './stage/stage.ts';

/**
 * One incident that a drill can produce: one file in src/drill/scenarios, named by its id, that exports `scenario`.
 * Names and sizes come from the shape, so that the same incident is seen three times with nothing in common but its
 * signals.
 */
export interface Scenario {
  /** Kebab-case, the name of its file. */
  readonly id: string;
  /** What happens, in a few plain words. */
  readonly title: string;
  /** Name of the alert that fires; the runbook that lists it starts. */
  readonly alert: string;
  readonly needs: Needs;
  /** The right answer. */
  readonly expected: (shape: Shape) => Expected;
  /** Makes the calm world before: tables, roles, workloads at rest. What it does is not counted as harm. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  /** Starts the real clients that cause it. Returns without waiting for the symptom. */
  readonly provoke: (stage: Stage) => Promise<void>;
  /**
   * Measures what is wrong now, beside Firebreak: in words with a number, or null when nothing is. The alert fires when
   * it was wrong for `holdsMs`; the incident counts as handled when it is null again. Absent where nothing is wrong and
   * the alert is stale: then it fires when `provoke` returns.
   */
  readonly symptom?: (stage: Stage) => Promise<string | null>;
}

/** What has to stand before the scenario can be played. */
export interface Needs {
  /** A streaming replica, with settings of its own on top of the primary's. */
  readonly replica?: true | Settings;
  /** PgBouncer in front of the primary, in every shape; settings of its [pgbouncer] section. */
  readonly pgbouncer?: true | Settings;
  /** PgBouncer reaches the primary by an address that the scenario can lead elsewhere. */
  readonly serviceAddress?: true;
  /** Settings of the primary; `max_connections` comes from the shape unless it stands here. */
  readonly settings?: Settings;
  /** How long the symptom has to hold before the alert fires; milliseconds, default 4 000. */
  readonly holdsMs?: number;
  /** How long it may take until the symptom is there; milliseconds, default 30 000. */
  readonly symptomWithinMs?: number;
  /** Decoys that would be part of the incident here, so they are left out, each with the reason. */
  readonly without?: Partial<Record<DecoyName, string>>;
}

/** Innocents that merely are there at the time. */
export type DecoyName = 'service' | 'cronjob' | 'backup' | 'ddl' | 'bi' | 'dump';

/** The right answer to a scenario. */
export interface Expected {
  /** Kind of the top cause. */
  readonly cause: string;
  /** The culprit as `culpritName` writes it, such as `CronJob analytics/report`; null when nobody is to blame. */
  readonly culprit: string | null;
  /** Step kinds whose effect must have been carried out and proved, no other; empty when nothing is to be done. */
  readonly actions: readonly string[];
  /** Whose sessions may be signalled; everybody else is innocent. */
  readonly guilty: readonly Guilty[];
  /** Workloads that may be changed, as `CronJob namespace/name`, and what they own. */
  readonly workloads?: readonly string[];
  /** Settings that rightly stay changed, by the beginning of their name in the audit, each with the reason. */
  readonly stays?: readonly { readonly setting: string; readonly why: string }[];
}

/** Sessions by their role, and by the beginning of their application_name when a role is shared. */
export interface Guilty {
  readonly role: string;
  readonly application?: string;
}
