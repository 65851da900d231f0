import { z } from 'zod';
import { hashJson } from './json.ts';
import { Command } from './plan.ts';

/** How bad a finding is, worst first. `info` is worth knowing and asks for nothing. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** What makes a finding go away: one sentence, and the exact statements or patches. */
export const Remedy = z.object({ text: z.string(), commands: z.array(Command) });
export type Remedy = z.infer<typeof Remedy>;

/** One thing that an audit found wrong. */
export const Finding = z.object({
  /** Name of the audit, such as `statement-timeout`. */
  audit: z.string(),
  title: z.string(),
  /** What there is to do, such as `Set statement_timeout`. */
  todo: z.string(),
  severity: Severity,
  /** What it is about, such as `role report_generator` or `CronJob analytics/report-generator`. */
  subject: z.string(),
  /** What was read, in words and numbers. */
  evidence: z.string(),
  /** What it leads to. */
  why: z.string(),
  remedy: Remedy,
  /** Where the audit is explained, relative to the root of the project. */
  docs: z.string(),
  /** Names the same finding in every run: made of database, audit and subject. */
  fingerprint: z.string(),
  /** A suppression that was meant for it and is over, or null. */
  expired: z.object({ reason: z.string(), until: z.string() }).nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** An audit, or a part of what it looks at, that was not checked. */
export const NotChecked = z.object({
  audit: z.string(),
  title: z.string(),
  /**
   * `not-configured`: the configuration does not say where to look. `does-not-apply`: there is nothing of the kind,
   * such as a setting that this version lacks. `unreadable`: it should have been read and could not be.
   */
  because: z.enum(['not-configured', 'does-not-apply', 'unreadable']),
  why: z.string(),
});
export type NotChecked = z.infer<typeof NotChecked>;

/** Each reason once, with the audits that it kept from looking. */
export function byReason(notChecked: readonly NotChecked[]): { why: string; audits: string }[] {
  return [...Map.groupBy(notChecked, ({ why }) => why)].map(([why, members]) => ({
    why,
    audits: members.map(({ audit }) => audit).join(', '),
  }));
}

/** What auditing one database gave. */
export const AuditReport = z.object({
  /** Name of the database from the configuration. */
  database: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Worst first. */
  findings: z.array(Finding),
  /** Found, and left aside as the configuration says, with its reason and the last day that it counts. */
  suppressed: z.array(z.object({ finding: Finding, reason: z.string(), until: z.string() })),
  /** Names of the audits that were checked, at least in part. */
  checked: z.array(z.string()),
  notChecked: z.array(NotChecked),
  /** What the reader should know beside it, such as a suppression that met nothing. */
  notes: z.array(z.string()),
});
export type AuditReport = z.infer<typeof AuditReport>;

/** Whether a severity is this bad or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** Whether somebody should do something about it. */
export function isRed({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity !== 'info';
}

/** Names of the audits that found something to do. */
export function redAudits({ findings }: Pick<AuditReport, 'findings'>): string[] {
  return [...new Set(findings.filter(isRed).map(({ audit }) => audit))];
}

/** Worst first; then by audit and subject, so that two runs read alike. */
export function byImportance(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    a.audit.localeCompare(b.audit) ||
    a.subject.localeCompare(b.subject)
  );
}

/** The name of a finding that stays the same from run to run. */
export function fingerprintOf(database: string, audit: string, subject: string): string {
  return hashJson({ database, audit, subject }).slice(0, 16);
}
