import type { types } from '@slack/bolt';
import { isRed, severities } from '../../domain/audit.ts';
import type { AuditDigest, DatabaseDigest, FindingName } from '../../domain/audit-digest.ts';
import { formatCount } from '../../domain/format.ts';
import { applyRemedies } from './apply-remedies.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { bold, bullets, line, type Part, richText, text, time } from './rich-text.ts';

/** Findings that are named of each kind and database; the rest is counted. */
const MOST_NAMED = 8;
const MOST_DATABASES = 10;

/** What the scheduled audits found, with what is new and what is gone first. Pure. */
export function auditDigest({ slot, databases }: AuditDigest): { words: string; blocks: types.KnownBlock[] } {
  const shown = databases.slice(0, MOST_DATABASES);
  const left = databases.length - shown.length;
  const words = `Audits: ${databases.map(summary).join('; ')}`;
  return {
    words: clip(words, 1000),
    blocks: [
      ...richText(line(text('🧭 '), bold('Audits')), ...shown.flatMap(databaseParts)),
      ...shown.flatMap(({ database, findings }) =>
        findings.some(isRed) ? [applyRemedies(database, `Apply remedies to ${clip(database, 50)}…`)] : [],
      ),
      contextLine(
        ...(left > 0 ? [text(`${formatCount(left, 'more database')} not shown. `)] : []),
        time(slot),
        text(' · "/db-triage audit <database>" has each with its remedy.'),
      ),
    ],
  };
}

function summary({ database, findings, changed, problem }: DatabaseDigest): string {
  if (problem !== null) return `${database} could not be audited`;
  if (changed === null) return `${database} ${formatCount(findings.length, 'finding')}`;
  return `${database} ${changed.fresh.length} new, ${changed.gone.length} gone, ${findings.length} in all`;
}

function databaseParts(digest: DatabaseDigest): Part[] {
  const { database, changed, unreadable, problem } = digest;
  return [
    line(bold(clip(database, 100)), text(` · ${inAll(digest)}`)),
    ...(problem === null ? [] : [line(text(`⚠️ It could not be audited: ${clip(problem, 300)}`))]),
    ...named('🆕 New', changed?.fresh ?? []),
    ...named('✅ Gone', changed?.gone ?? []),
    ...(unreadable.length === 0
      ? []
      : [line(text(`⚠️ Could not be read: ${clip(unreadable.join(', '), 300)}`))]),
  ];
}

function inAll({ findings, changed }: DatabaseDigest): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const found = counts.length === 0 ? 'nothing found' : counts.join(', ');
  if (changed === null) return `${found} (first digest)`;
  return changed.fresh.length + changed.gone.length === 0 ? `${found}, as last time` : found;
}

function named(heading: string, findings: readonly FindingName[]): Part[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, MOST_NAMED);
  const left = findings.length - shown.length;
  return [
    line(text(`${heading} (${findings.length})`)),
    bullets([
      ...shown.map(({ severity, title, subject }) =>
        line(text(`${severity}: ${clip(title, 150)} · ${clip(subject, 150)}`)),
      ),
      ...(left > 0 ? [line(text(`and ${left} more`))] : []),
    ]),
  ];
}
