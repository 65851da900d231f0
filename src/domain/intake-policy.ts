import type { Matcher } from './matcher.ts';

/** What the configuration says about alerts: where they lead, and when they open nothing. */
export interface IntakePolicy {
  readonly routes: readonly Route[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly inhibit: readonly InhibitRule[];
  readonly flapping: FlappingRule;
}

/** Where alerts that match lead. Each setting is taken from the first matching route that has it. */
export interface Route {
  readonly matchers: readonly Matcher[];
  readonly database: string | null;
  readonly service: string | null;
  /** Id of the Slack channel. */
  readonly channel: string | null;
  /** Id of the runbook. */
  readonly runbook: string | null;
}

/** Alerts that are expected, and for how long. */
export interface MaintenanceWindow {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly reason: string;
  readonly when:
    | { readonly type: 'always' }
    /** ISO 8601. */
    | { readonly type: 'once'; readonly from: string; readonly until: string }
    /** Five fields of cron, at which it begins, in this zone. */
    | { readonly type: 'cron'; readonly cron: string; readonly minutes: number; readonly timeZone: string };
}

/** Alerts that are symptoms while the incident of their database has other alerts. */
export interface InhibitRule {
  /** Alerts of the incident; empty for whatever it has, also when it was opened by hand. */
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /** Labels that both have alike. */
  readonly equal: readonly string[];
}

/** When an alert counts as flapping, and what is waited for then. */
export interface FlappingRule {
  /** So many times it began to fire … */
  readonly times: number;
  /** … within so many minutes … */
  readonly withinMinutes: number;
  /** … and it opens an incident only once it has fired for so many minutes without an end. */
  readonly holdMinutes: number;
}

const FLAPPING: FlappingRule = { times: 3, withinMinutes: 30, holdMinutes: 5 };

/** Without a word in the configuration. */
export const NO_POLICY: IntakePolicy = { routes: [], maintenance: [], inhibit: [], flapping: FLAPPING };

/** How far back decisions look: whoever is held back at the end of the time is still known when that is over. */
export function pastMinutesOf({ flapping }: IntakePolicy): number {
  return flapping.withinMinutes + flapping.holdMinutes;
}
