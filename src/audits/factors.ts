import { byReason, isAtLeast } from '../domain/audit.ts';
import type { Factor } from '../domain/post-mortem.ts';
import type { Audits } from '../ports/audits.ts';

/** What a post-mortem tells of the audits: guardrails that were missing, and what could not be looked at. */
export async function missingGuardrails(
  audits: Audits,
  database: string,
  signal: AbortSignal,
): Promise<{ factors: Factor[]; unaudited: string[] }> {
  const { findings, notChecked } = await audits.run(database, signal);
  return {
    // What is low or info did not make an outage, and would bury what did.
    factors: findings
      .filter(({ severity }) => isAtLeast(severity, 'medium'))
      .map(({ audit, title, severity, subject, evidence, todo }) => ({
        audit,
        title,
        severity,
        subject,
        evidence,
        remedy: todo,
      })),
    unaudited: byReason(notChecked.filter(({ because }) => because !== 'does-not-apply')).map(
      ({ why, audits: names }) => `Not audited: ${names}. ${why}`,
    ),
  };
}
