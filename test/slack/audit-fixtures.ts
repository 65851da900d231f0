import type { AuditReport, Finding } from '../../src/domain/audit.ts';
import type { Audits } from '../../src/ports/audits.ts';
import { AT } from './fixtures.ts';

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    audit: 'statement-timeout',
    title: 'No statement timeout',
    todo: 'Set statement_timeout',
    severity: 'high',
    subject: 'role report_generator',
    evidence: 'statement_timeout is 0 for report_generator.',
    why: 'A query may run for ever.',
    remedy: {
      text: 'Give the role a timeout.',
      commands: [
        {
          label: 'Set it',
          language: 'sql',
          text: "ALTER ROLE report_generator SET statement_timeout = '30s';",
        },
      ],
    },
    docs: 'docs/audits.md#statement-timeout',
    fingerprint: 'f'.repeat(16),
    expired: null,
    ...over,
  };
}

export function auditReport(over: Partial<AuditReport> = {}): AuditReport {
  return {
    database: 'orders',
    at: AT,
    findings: [finding()],
    suppressed: [],
    checked: ['statement-timeout'],
    notChecked: [],
    notes: [],
    ...over,
  };
}

export interface ScriptedAudits extends Audits {
  report: AuditReport | Error;
}

/** Answers what the test puts there. */
export function createScriptedAudits(): ScriptedAudits {
  const scripted: ScriptedAudits = {
    report: auditReport(),
    async run() {
      if (scripted.report instanceof Error) throw scripted.report;
      return scripted.report;
    },
  };
  return scripted;
}
