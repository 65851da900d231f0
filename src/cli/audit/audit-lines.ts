import { type AuditReport, byReason, type Finding, severities } from '../../domain/audit.ts';
import { formatCount } from '../../domain/format.ts';
import { BLANK, type Line, paint, say } from '../../terminal/lines.ts';
import { printableLines } from '../../words/printable.ts';

/** Where titles and subjects begin. */
const INDENT = 10;

/** How the report is shown. */
export interface Shown {
  /** With reasons and remedies. */
  readonly details: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

/** A report for a terminal: worst first, each audit once with everything that it found. */
export function auditLines(report: AuditReport, { details, columns, colour }: Shown): string[] {
  const groups = [...Map.groupBy(report.findings, ({ audit, severity }) => `${severity}/${audit}`).values()];
  const painted = (lines: readonly Line[]) => paint(lines, columns, colour);
  return [
    ...painted([say(headline(report), { style: 'title' })]),
    ...groups.flatMap((members) => [
      ...painted(groupHead(members, details)),
      ...members.flatMap((finding) => [
        ...painted(findingLines(finding)),
        ...(details ? [...painted(remedyLines(finding)), ...commandLines(finding)] : []),
      ]),
    ]),
    ...painted(suppressedLines(report)),
    ...painted(notCheckedLines(report)),
    ...painted(report.notes.flatMap((note) => [BLANK, say(note)])),
    ...painted(details || report.findings.length === 0 ? [] : [BLANK, say(moreOf(report))]),
  ];
}

function headline({ database, findings, checked, at }: AuditReport): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const nothing = checked.length === 0 ? 'nothing could be checked' : 'nothing found';
  const found = counts.length === 0 ? nothing : counts.join(', ');
  return `${database}: ${found} (${formatCount(checked.length, 'audit')} checked, ${at.slice(0, 16).replace('T', ' ')} UTC)`;
}

function moreOf({ database }: AuditReport): string {
  return `Reasons and remedies: firebreak audit ${database} --details`;
}

function groupHead(members: readonly Finding[], details: boolean): Line[] {
  const [first] = members;
  if (first === undefined) return [];
  return [
    BLANK,
    say(`${first.title} [${first.audit}]`, { mark: first.severity.padEnd(INDENT), style: 'title' }),
    ...(details ? [say(first.why, { indent: INDENT })] : []),
  ];
}

function findingLines({ subject, evidence, expired }: Finding): Line[] {
  return [
    say(subject, { mark: '- ', indent: INDENT }),
    say(evidence, { indent: INDENT + 2 }),
    ...(expired === null
      ? []
      : [
          say(`Suppressed until ${expired.until} (${expired.reason}); that is over.`, {
            indent: INDENT + 2,
            style: 'warning',
          }),
        ]),
  ];
}

function remedyLines({ remedy }: Finding): Line[] {
  return [BLANK, say(remedy.text, { mark: '→ ', indent: INDENT + 2 })];
}

/** Commands are copied: they stand as they are, however long, and what they are is a comment of theirs. */
function commandLines({ remedy }: Finding): string[] {
  const lines = remedy.commands.flatMap(({ label, language, text }) => [
    `${language === 'sql' ? '--' : '#'} ${label}`,
    ...printableLines(text),
  ]);
  return [...lines.map((line) => `${' '.repeat(INDENT + 4)}${line}`), ''];
}

function suppressedLines({ suppressed }: AuditReport): Line[] {
  if (suppressed.length === 0) return [];
  return [
    BLANK,
    say('Suppressed:', { style: 'title' }),
    ...suppressed.map(({ finding, reason, until }) =>
      say(`${finding.audit}, ${finding.subject}: ${reason} (until ${until})`, { mark: '- ', indent: 2 }),
    ),
  ];
}

/** Audits by the reason for which they were not checked. */
function notCheckedLines({ notChecked }: AuditReport): Line[] {
  if (notChecked.length === 0) return [];
  return [
    BLANK,
    say('Not checked:', { style: 'title' }),
    ...byReason(notChecked).map(({ why, audits }) => say(`${audits}: ${why}`, { mark: '- ', indent: 2 })),
  ];
}
