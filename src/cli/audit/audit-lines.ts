import { type AuditReport, type Finding, severities } from '../../domain/audit.ts';
import { formatCount } from '../../domain/format.ts';
import { printable } from '../printable.ts';
import { wrap } from './wrap.ts';

const WIDTH = 80;
/** Where titles and subjects begin. */
const INDENT = 10;

/** A report for a terminal of 80 columns: worst first, each audit once with everything that it found. */
export function auditLines(report: AuditReport, { details }: { details: boolean }): string[] {
  const groups = [...Map.groupBy(report.findings, ({ audit, severity }) => `${severity}/${audit}`).values()];
  return [
    ...wrap(headline(report), { width: WIDTH, indent: 0 }),
    ...groups.flatMap((members) => ['', ...auditGroup(members, details)]),
    ...suppressedLines(report),
    ...notCheckedLines(report),
    ...report.notes.flatMap((note) => ['', ...wrap(printable(note), { width: WIDTH, indent: 0 })]),
    ...(details || report.findings.length === 0
      ? []
      : ['', `Reasons and remedies: firebreak audit ${report.database} --details`]),
    '',
  ];
}

function headline({ database, findings, checked, at }: AuditReport): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const found = counts.length === 0 ? 'nothing found' : counts.join(', ');
  return `${database}: ${found} (${formatCount(checked.length, 'audit')} checked, ${at.slice(0, 16).replace('T', ' ')} UTC)`;
}

function auditGroup(members: readonly Finding[], details: boolean): string[] {
  const [first] = members;
  if (first === undefined) return [];
  const head = wrap(`${first.title} [${first.audit}]`, { width: WIDTH, indent: INDENT });
  head[0] = `${first.severity.padEnd(INDENT)}${(head[0] ?? '').trimStart()}`;
  const why = details ? wrap(first.why, { width: WIDTH, indent: INDENT }) : [];
  return [...head, ...why, ...members.flatMap((finding) => findingLines(finding, details))];
}

function findingLines({ subject, evidence, expired, remedy }: Finding, details: boolean): string[] {
  const text = (line: string, deeper = 0) => wrap(printable(line), { width: WIDTH, indent: INDENT + deeper });
  return [
    ...text(`- ${subject}`),
    ...text(evidence, 2),
    ...(expired === null
      ? []
      : text(`Suppressed until ${expired.until} (${expired.reason}); that is over.`, 2)),
    ...(details ? ['', ...text(`→ ${remedy.text}`, 2), ...remedy.commands.flatMap(commandLines), ''] : []),
  ];
}

/** Commands are copied, so that they are not broken. */
function commandLines({ label, text, language }: Finding['remedy']['commands'][number]): string[] {
  const comment = language === 'sql' ? '--' : '#';
  const lines = [`${comment} ${label}`, ...text.split('\n')];
  return lines.map((line) => `${' '.repeat(INDENT + 2)}${line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '')}`);
}

function suppressedLines({ suppressed }: AuditReport): string[] {
  if (suppressed.length === 0) return [];
  return [
    '',
    'Suppressed:',
    ...suppressed.flatMap(({ finding, reason, until }) =>
      wrap(printable(`- ${finding.audit}, ${finding.subject}: ${reason} (until ${until})`), {
        width: WIDTH,
        indent: 2,
      }),
    ),
  ];
}

/** Audits by the reason for which they were not checked. */
function notCheckedLines({ notChecked }: AuditReport): string[] {
  if (notChecked.length === 0) return [];
  const byReason = Map.groupBy(notChecked, ({ why }) => why);
  return [
    '',
    'Not checked:',
    ...[...byReason].flatMap(([why, members]) =>
      wrap(printable(`- ${members.map(({ audit }) => audit).join(', ')}: ${why}`), {
        width: WIDTH,
        indent: 2,
      }),
    ),
  ];
}
