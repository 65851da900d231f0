import { z } from 'zod';
import type { Actor } from './actor.ts';
import { Peak } from './audit-policy.ts';
import { hashJson } from './json.ts';
import { SessionIdentity } from './snapshot.ts';

/** What the database has to be like, in every one of the looks that count: one of these is enough. */
const LoadLimit = z.object({
  /** More sessions that want a CPU for each core than this; null when it does not count. */
  onCpuPerCore: z.number().nullable(),
  /** More clients that wait in PgBouncer than this; null when it does not count. */
  poolWaiting: z.number().nullable(),
});

/** What a standing policy permits: whose queries end, from which age on, under which load, when, and how many. */
export const WatchdogTerms = z.object({
  /** Name of the database from the configuration; its primary is watched. */
  database: z.string(),
  /** Roles, by their exact names; empty when the role does not count. */
  roles: z.array(z.string()),
  /** application_name, where * stands for any text; empty when it does not count. */
  applications: z.array(z.string()),
  /** Running time of a query from which on it may be ended. */
  olderThanSeconds: z.number(),
  load: LoadLimit,
  /** Only within these hours of each day; null is always. */
  window: Peak.nullable(),
  /** Sessions that may be ended in ten minutes. */
  most: z.int(),
});
export type WatchdogTerms = z.infer<typeof WatchdogTerms>;

/** `report` says what would be ended, and ends nothing. */
export const WatchdogMode = z.enum(['report', 'kill']);
export type WatchdogMode = z.infer<typeof WatchdogMode>;

/** A standing permission that a person wrote into the configuration. */
export interface WatchdogPolicy {
  readonly name: string;
  readonly mode: WatchdogMode;
  readonly terms: WatchdogTerms;
}

/** A session that was ended, or would have been: who it was, and what it is known again by. */
export const WatchdogTarget = z.object({
  session: SessionIdentity,
  user: z.string().nullable(),
  application: z.string(),
  clientAddress: z.string().nullable(),
  queryId: z.string().nullable(),
  /** Masked, at most 800 characters. */
  sql: z.string(),
  /** How long the query had run. */
  seconds: z.number(),
  /** The workload behind it, when its address or its name proves it. */
  owner: z.object({ key: z.string(), name: z.string() }).nullable(),
  /** How often the same culprit had been ended before it began: 0 for the first, 1 after the first came back. */
  generation: z.int(),
});
export type WatchdogTarget = z.infer<typeof WatchdogTarget>;

/** How loaded the database was in one look; null is what could not be read. */
export const WatchdogLoad = z.object({
  onCpuPerCore: z.number().nullable(),
  poolWaiting: z.number().nullable(),
});
export type WatchdogLoad = z.infer<typeof WatchdogLoad>;

/** What a look led to: sessions that are ended together, or would be. */
export const WatchdogAction = z.object({
  policy: z.string(),
  /** Names it among those of the policy. */
  id: z.string(),
  /** The clock of the monitored server in the reading that was decided on, as text. */
  serverAt: z.string(),
  targets: z.array(WatchdogTarget).min(1),
  load: WatchdogLoad,
  /** What would start the queries again, in words. */
  warnings: z.array(z.string()),
});
export type WatchdogAction = z.infer<typeof WatchdogAction>;

/** What became of one session of an action. */
export const WatchdogResult = z.object({
  pid: z.int(),
  /** `interrupted`: Firebreak was, and the query runs on or its server is away; whether it was signalled is not known. */
  status: z.enum(['ended', 'refused', 'survived', 'interrupted']),
  /** How, or why not, in words. */
  detail: z.string(),
});
export type WatchdogResult = z.infer<typeof WatchdogResult>;

/** Names terms for ever: other terms are another permission. */
export function termsHash(terms: WatchdogTerms): string {
  return hashJson(terms);
}

/** A policy as the journal names whoever acts. */
export function policyActor({ name }: Pick<WatchdogPolicy, 'name'>): Actor {
  return { kind: 'policy', id: `watchdog:${name}`, name: `Watchdog policy ${name}` };
}
