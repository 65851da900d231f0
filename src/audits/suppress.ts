import type { AuditReport, Finding } from '../domain/audit.ts';
import type { Suppression } from '../domain/audit-policy.ts';
import { matchesPattern } from '../domain/matches-pattern.ts';

type Sorted = Pick<AuditReport, 'findings' | 'suppressed' | 'notes'>;

/**
 * Puts aside what the configuration says to live with. A suppression counts to the end of its day in UTC; afterwards
 * the finding is back and says so. One that meets nothing is told, so that the list does not grow old.
 */
export function suppress(
  found: readonly Finding[],
  { database, at, policy }: { database: string; at: Date; policy: readonly Suppression[] },
): Sorted {
  const today = at.toISOString().slice(0, 10);
  const mine = policy.filter((one) => one.database === undefined || one.database === database);
  const findings: Finding[] = [];
  const suppressed: AuditReport['suppressed'] = [];
  const met = new Set<Suppression>();
  for (const finding of found) {
    const fitting = mine.filter((one) => fits(one, finding));
    for (const one of fitting) met.add(one);
    const valid = fitting.find(({ until }) => until >= today);
    const over = fitting.at(-1);
    if (valid !== undefined) suppressed.push({ finding, reason: valid.reason, until: valid.until });
    else if (over !== undefined)
      findings.push({ ...finding, expired: { reason: over.reason, until: over.until } });
    else findings.push(finding);
  }
  const notes = mine
    .filter((one) => !met.has(one) && one.database === database)
    .map(
      ({ audit, subject, until }) =>
        `The suppression of ${audit} for "${subject}" (until ${until}) met nothing: take it out of the configuration.`,
    );
  return { findings, suppressed, notes };
}

function fits({ audit, subject }: Suppression, finding: Finding): boolean {
  return audit === finding.audit && matchesPattern(subject, finding.subject);
}
