import { z } from 'zod';
import { type AuditReport, type Finding, isAtLeast, type Severity } from '../domain/audit.ts';

/**
 * What a team lives with for now, by database, each as `audit: subject`: a list that only gets shorter. It is kept in a
 * file beside the configuration, so that a pipeline fails on what is new and on nothing else.
 */
export const Ratchet = z.strictObject({
  version: z.literal(1),
  accepted: z.record(z.string(), z.array(z.string())),
});
export type Ratchet = z.infer<typeof Ratchet>;

/** What a run of audits means beside a ratchet. */
export interface Ratcheted {
  /** As bad as the threshold, and not accepted. */
  readonly fresh: readonly { readonly database: string; readonly finding: Finding }[];
  /** Accepted and no longer found, although its audit was checked: the ratchet can be tightened by it. */
  readonly gone: readonly { readonly database: string; readonly name: string }[];
}

/** The name of a finding in a ratchet. */
export function ratchetName({ audit, subject }: Pick<Finding, 'audit' | 'subject'>): string {
  return `${audit}: ${subject}`;
}

/** Compares reports with a ratchet. Pure. Databases that were not audited are left alone. */
export function compareWithRatchet(
  reports: readonly AuditReport[],
  { accepted }: Ratchet,
  threshold: Severity,
): Ratcheted {
  return {
    fresh: reports.flatMap(({ database, findings }) =>
      findings
        .filter((finding) => isAtLeast(finding.severity, threshold))
        .filter((finding) => !(accepted[database] ?? []).includes(ratchetName(finding)))
        .map((finding) => ({ database, finding })),
    ),
    gone: reports.flatMap((report) =>
      (accepted[report.database] ?? [])
        .filter((name) => isGone(report, name))
        .map((name) => ({ database: report.database, name })),
    ),
  };
}

/** The ratchet without what is gone: never with anything more. */
export function tighten(ratchet: Ratchet, { gone }: Pick<Ratcheted, 'gone'>): Ratchet {
  const accepted = Object.entries(ratchet.accepted).flatMap(([database, names]) => {
    const left = names.filter((name) => !gone.some((one) => one.database === database && one.name === name));
    return left.length === 0 ? [] : [[database, left.toSorted()] as const];
  });
  return { version: 1, accepted: Object.fromEntries(accepted) };
}

/** A first ratchet: it accepts everything that is found today and is as bad as the threshold. */
export function firstRatchet(reports: readonly AuditReport[], threshold: Severity): Ratchet {
  const accepted = reports.map(({ database, findings }) => {
    const bad = findings.filter(({ severity }) => isAtLeast(severity, threshold));
    return [database, bad.map(ratchetName).toSorted()] as const;
  });
  return { version: 1, accepted: Object.fromEntries(accepted.filter(([, names]) => names.length > 0)) };
}

/** What could not be looked at may still be there. A finding that is suppressed meanwhile needs no other permission. */
function isGone({ findings, notChecked }: AuditReport, name: string): boolean {
  const isUnread = notChecked.some(
    ({ audit, because }) => because === 'unreadable' && name.startsWith(`${audit}: `),
  );
  return !isUnread && !findings.some((finding) => ratchetName(finding) === name);
}
