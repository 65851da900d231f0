import { z } from 'zod';

/** One observation that speaks for a cause or an owner; strength says how much it proves alone. */
export const Evidence = z.object({
  strength: z.enum(['strong', 'medium', 'weak']),
  text: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** The workload, service or person behind sessions. */
export const Culprit = z.object({
  kind: z.enum(['CronJob', 'Job', 'Deployment', 'Pod', 'person', 'application', 'role', 'unknown']),
  namespace: z.string().nullable(),
  name: z.string(),
  evidence: z.array(Evidence),
});
export type Culprit = z.infer<typeof Culprit>;

/** One explanation of the incident. */
export const Cause = z.object({
  /** Kebab-case name of the cause, the name of its file in src/diagnosis/causes. */
  kind: z.string(),
  title: z.string(),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  evidence: z.array(z.string()),
  /** Identities (`pid/backend_start`) of the root sessions. */
  rootSessions: z.array(z.string()),
  /** Name of the replica that the root sessions are on; left out for the primary. */
  server: z.string().optional(),
  culprit: Culprit.nullable(),
  /** What helps, in order. */
  helps: z.array(z.string()),
  /** What will not help, and why. */
  wontHelp: z.array(z.string()),
  /** What to look at to be sure, when the facts leave it open. */
  settles: z.array(z.string()).default([]),
});
export type Cause = z.infer<typeof Cause>;

/** The name of a culprit as people write it, such as `CronJob analytics/report-generator`. */
export function culpritName(culprit: Culprit): string {
  return culprit.namespace === null
    ? `${culprit.kind} ${culprit.name}`
    : `${culprit.kind} ${culprit.namespace}/${culprit.name}`;
}

/** The same, or null for one that nobody could name. */
export function knownCulprit(culprit: Culprit | null): string | null {
  return culprit === null || culprit.kind === 'unknown' ? null : culpritName(culprit);
}

/** At least as likely as not. Below that a cause is no ground for acting: a person chooses. */
export function isLikely({ confidence }: Pick<Cause, 'confidence'>): boolean {
  return confidence >= 0.5;
}
