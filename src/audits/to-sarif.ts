import type { AuditReport, Finding, Severity } from '../domain/audit.ts';
import type { Audit } from './audit.ts';

/** SARIF knows three levels. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** Code scanning sorts by a number from 0 to 10. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.0',
  low: '2.0',
  info: '0.5',
};

/**
 * Reports as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). A server has no file: findings point at the
 * configuration that names it, and say in a logical location what they are about. What was not checked is a
 * notification of the run, and makes it an unsuccessful one when it should have been read.
 */
export function toSarif(
  reports: readonly AuditReport[],
  audits: readonly Audit[],
  { version, config }: { version: string; config: string },
) {
  const index = new Map(audits.map(({ id }, position) => [id, position]));
  const located = ({ database }: AuditReport, finding: Finding) => ({
    ruleId: finding.audit,
    ruleIndex: index.get(finding.audit) ?? -1,
    level: LEVELS[finding.severity],
    message: {
      text: `${finding.title}: ${finding.subject} (${database}). ${finding.evidence} ${finding.remedy.text}`,
    },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodeURI(config.replaceAll('\\', '/')) } },
        logicalLocations: [{ fullyQualifiedName: `${database}/${finding.subject}`, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'firebreak/v1': finding.fingerprint },
    properties: { severity: finding.severity, database },
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0' as const,
    runs: [
      {
        tool: { driver: { name: 'Firebreak', semanticVersion: version, rules: audits.map(toRule) } },
        columnKind: 'utf16CodeUnits' as const,
        invocations: [toInvocation(reports)],
        results: reports.flatMap((report) => [
          ...report.findings.map((finding) => located(report, finding)),
          ...report.suppressed.map(({ finding, reason, until }) => ({
            ...located(report, finding),
            suppressions: [
              {
                kind: 'external' as const,
                status: 'accepted' as const,
                justification: `${reason} (until ${until})`,
              },
            ],
          })),
        ]),
      },
    ],
  };
}

function toRule({ id, title, why, falsePositives, severity, system }: Audit) {
  return {
    id,
    name: id.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} When it is no finding: ${falsePositives}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: [system], 'security-severity': SCORES[severity] },
  };
}

function toInvocation(reports: readonly AuditReport[]) {
  const missed = reports.flatMap(({ database, notChecked }) =>
    notChecked.map((one) => ({ database, ...one })),
  );
  return {
    executionSuccessful: missed.every(({ because }) => because !== 'unreadable'),
    toolExecutionNotifications: missed.map(({ database, audit, because, why }) => ({
      level: because === 'unreadable' ? ('error' as const) : ('note' as const),
      message: { text: `${audit} was not checked on ${database}: ${why}` },
      associatedRule: { id: audit },
    })),
  };
}
