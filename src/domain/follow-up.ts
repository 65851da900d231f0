import { z } from 'zod';
import type { AuditReport } from './audit.ts';

/** What shows that a follow-up is done: an audit that finds nothing wrong with its subject. */
export const Proof = z.object({
  /** Name of the audit, such as `statement-timeout`. */
  audit: z.string(),
  /** What it is about, such as `role report_generator`; null for whatever the audit finds in the database. */
  subject: z.string().nullable(),
});
export type Proof = z.infer<typeof Proof>;

/** Something that is to be done so that an incident does not come back. */
export const FollowUpDraft = z.object({
  text: z.string(),
  /** Name of the database from the configuration, or null. */
  database: z.string().nullable(),
  /** All of them have to be green; without any, only a person can say that it is done. */
  proofs: z.array(Proof),
  /** Id of the incident that it comes from, or null. */
  incident: z.string().nullable(),
});
export type FollowUpDraft = z.infer<typeof FollowUpDraft>;

export const FollowUpStatus = z.enum(['open', 'done', 'dropped']);
export type FollowUpStatus = z.infer<typeof FollowUpStatus>;

/** Characters of the text of a follow-up, and of a reason. */
export const FOLLOW_UP_TEXT = { least: 3, most: 500 } as const;

/** What a run of the audits says of the proofs of follow-ups. */
export interface AuditReading {
  readonly database: string;
  /** ISO 8601, when it was read. */
  readonly at: string;
  /** What is wrong, also where the configuration says to live with it. */
  readonly red: readonly { readonly audit: string; readonly subject: string }[];
  /** Names of the audits that looked at everything they should: only these can prove that nothing is wrong. */
  readonly whole: readonly string[];
}

/** A report as far as it proves something. What was not checked, for whatever reason, proves nothing. Pure. */
export function readingOf({
  database,
  at,
  findings,
  suppressed,
  checked,
  notChecked,
}: AuditReport): AuditReading {
  const found = [...findings, ...suppressed.map(({ finding }) => finding)];
  const open = new Set(notChecked.map(({ audit }) => audit));
  return {
    database,
    at,
    red: found.map(({ audit, subject }) => ({ audit, subject })),
    whole: checked.filter((audit) => !open.has(audit)),
  };
}

/** Whether two are about the same thing, so that a second incident names the one that is there. */
export function isSameFollowUp(one: Subject, other: Subject): boolean {
  if (one.database !== other.database) return false;
  const [mine, theirs] = [one, other].map(({ proofs }) => proofs.map(proofName).toSorted().join('\n'));
  return mine === theirs && (mine !== '' || one.text === other.text);
}

type Subject = Pick<FollowUpDraft, 'text' | 'database'> & { readonly proofs: readonly Proof[] };

/** `statement-timeout (role report_generator)`. */
export function proofName({ audit, subject }: Proof): string {
  return subject === null ? audit : `${audit} (${subject})`;
}

/** Whether it is a day of the calendar, such as `2026-12-31`. */
export function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}

/** The day of a moment in a zone, such as `2026-12-31`. @throws RangeError for an unknown zone. */
export function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
}
