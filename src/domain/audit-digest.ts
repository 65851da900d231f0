import { z } from 'zod';
import { type AuditReport, type Finding, Severity } from './audit.ts';

/** A finding by what it is called: evidence and remedy are read anew whenever somebody asks. */
export const FindingName = z.object({
  fingerprint: z.string(),
  severity: Severity,
  audit: z.string(),
  title: z.string(),
  subject: z.string(),
});
export type FindingName = z.infer<typeof FindingName>;

/** What the audits of one database found, and what changed since the digest before. */
export const DatabaseDigest = z.object({
  database: z.string(),
  /** All of it, worst first; also what stood last time and could not be looked at this time. */
  findings: z.array(FindingName),
  /** Null in the first digest: there is nothing to compare with. */
  changed: z.object({ fresh: z.array(FindingName), gone: z.array(FindingName) }).nullable(),
  /** Names of the audits that should have been checked and could not be. */
  unreadable: z.array(z.string()),
  /** Why nothing of it could be audited, or null. */
  problem: z.string().nullable(),
});
export type DatabaseDigest = z.infer<typeof DatabaseDigest>;

/** One scheduled run of the audits over all databases. */
export const AuditDigest = z.object({
  /** The time of the schedule that it is for, ISO 8601: there is one digest for each. */
  slot: z.string(),
  databases: z.array(DatabaseDigest),
});
export type AuditDigest = z.infer<typeof AuditDigest>;

/**
 * Compares a report with the digest before. What could not be looked at this time is neither new nor gone: it stands as
 * it stood. Pure.
 */
export function digestOf(report: AuditReport, before: DatabaseDigest | null): DatabaseDigest {
  const unreadable = report.notChecked.flatMap(({ audit, because }) =>
    because === 'unreadable' ? [audit] : [],
  );
  const found = report.findings.map(nameOf);
  const here = fingerprints(found);
  const earlier = before?.findings ?? [];
  const [unknown, gone] = split(
    earlier.filter(({ fingerprint }) => !here.has(fingerprint)),
    ({ audit }) => unreadable.includes(audit),
  );
  const there = fingerprints(earlier);
  return {
    database: report.database,
    findings: [...found, ...unknown],
    changed:
      before === null ? null : { fresh: found.filter(({ fingerprint }) => !there.has(fingerprint)), gone },
    unreadable: [...new Set(unreadable)],
    problem: null,
  };
}

/** Of a database that could not be audited at all: what stood still stands. Pure. */
export function unreadDigest(
  database: string,
  problem: string,
  before: DatabaseDigest | null,
): DatabaseDigest {
  const changed = before === null ? null : { fresh: [], gone: [] };
  return { database, findings: before?.findings ?? [], changed, unreadable: [], problem };
}

function nameOf({ fingerprint, severity, audit, title, subject }: Finding): FindingName {
  return { fingerprint, severity, audit, title, subject };
}

function fingerprints(findings: readonly FindingName[]): ReadonlySet<string> {
  return new Set(findings.map(({ fingerprint }) => fingerprint));
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
