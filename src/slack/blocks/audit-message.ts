import {
  type AuditReport,
  byReason,
  type Finding,
  isRed,
  type Severity,
  severities,
} from '../../domain/audit.ts';
import { formatCount } from '../../domain/format.ts';
import { applyRemedies } from './apply-remedies.ts';
import { clip } from './clip.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

/** Findings that are told with their remedy; the others are counted and named. */
const MOST_TOLD = 5;
const MOST_NAMED = 15;
const STATEMENT = 500;

/** What the audits found of a database: the worst with evidence and remedy, the rest by name, and what was not checked. Pure. */
export function auditMessage(report: AuditReport): Said {
  const { database, findings, suppressed, checked, notChecked } = report;
  const open = notChecked.filter(({ because }) => because !== 'does-not-apply');
  const told = findings.slice(0, MOST_TOLD);
  const rest = findings.slice(MOST_TOLD);
  const head = `Audit of ${database}: ${formatCount(findings.length, 'finding')}${perSeverity(findings)}, ${formatCount(checked.length, 'audit')} checked, ${open.length} not`;
  return {
    text: fallbackText([head, ...findings.slice(0, MOST_NAMED).map(named)].join('\n')),
    blocks: [
      ...richText(line(bold(clip(head, 300)))),
      ...told.flatMap((finding) => richText(...findingParts(finding))),
      ...richText(...listed('Also found', rest.length, rest.map(named))),
      ...richText(
        ...listed(
          'Not checked',
          open.length,
          byReason(open).map(({ why, audits }) => `${why} (${audits})`),
        ),
      ),
      ...richText(line(text(closing(database, suppressed.length)))),
      ...(findings.some(isRed) ? [applyRemedies(database)] : []),
    ],
  };
}

function perSeverity(findings: readonly Finding[]): string {
  const counts = severities.flatMap((severity: Severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return counts.length === 0 ? '' : ` (${counts.join(', ')})`;
}

function findingParts({ severity, title, subject, evidence, remedy, audit }: Finding): Part[] {
  const [first] = remedy.commands;
  return [
    line(bold(`${severity}: ${clip(title, 150)}`), text(` · ${clip(subject, 150)} (${clip(audit, 60)})`)),
    line(text(clip(evidence, 400))),
    line(bold('Remedy: '), text(clip(remedy.text, 300))),
    ...(first === undefined ? [] : [preformatted(clip(first.text, STATEMENT))]),
  ];
}

function named({ severity, title, subject }: Finding): string {
  return `${severity}: ${title} · ${subject}`;
}

function listed(heading: string, count: number, items: readonly string[]): Part[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, MOST_NAMED);
  const left = items.length - shown.length;
  return [
    line(bold(`${heading} (${count})`)),
    bullets([
      ...shown.map((item) => line(text(clip(item, 300)))),
      ...(left > 0 ? [line(text(`and ${left} more`))] : []),
    ]),
  ];
}

function closing(database: string, suppressed: number): string {
  const aside =
    suppressed === 0 ? '' : `${formatCount(suppressed, 'finding')} suppressed by the configuration. `;
  return `${aside}"firebreak audit ${database} --details" tells all of it with every statement.`;
}
