import { type Cause, culpritName } from '../domain/cause.ts';
import { formatShare } from '../domain/format.ts';
import type { Measured } from '../domain/post-mortem.ts';
import { bullets, plain } from './markdown.ts';

/** The named cause with its evidence, and the guardrails that were missing. */
export function rootCause(causes: readonly Cause[], measured: Measured | null): string[] {
  return [...named(causes), '', ...factors(measured)];
}

function named(causes: readonly Cause[]): string[] {
  const [first, ...others] = causes;
  if (first === undefined) return ['The cause was not found by a diagnosis.'];
  const culprit = first.culprit === null ? 'nobody could be named' : culpritName(first.culprit);
  const evidence = [...first.evidence, ...(first.culprit?.evidence.map(({ text }) => text) ?? [])];
  return [
    `${plain(first.title)} (${formatShare(first.confidence)} sure). Behind it: ${plain(culprit)}.`,
    ...(evidence.length === 0 ? [] : ['', 'Evidence:', ...bullets([...new Set(evidence)])]),
    ...(others.length === 0
      ? []
      : [
          '',
          'Also possible:',
          ...bullets(others.map(({ title, confidence }) => `${title} (${formatShare(confidence)} sure)`)),
        ]),
  ];
}

/** What the audits found when the document was written: as the database is now, which is not always as it was. */
function factors(measured: Measured | null): string[] {
  const found = measured?.factors ?? null;
  const unaudited = (measured?.unaudited ?? ['The audits were not asked.']).map((text) => `_${plain(text)}_`);
  if (found === null) return ['Contributing factors were not looked for.', ...unaudited];
  if (found.length === 0)
    return ['Contributing factors: the audits found none when this was written.', ...unaudited];
  return [
    'Contributing factors, as the audits found them when this was written:',
    ...found.map(
      ({ title, subject, evidence, audit, severity }, index) =>
        `${index + 1}. ${plain(title)}: ${plain(subject)}. ${plain(evidence)} (${plain(severity)}, audit \`${audit}\`)`,
    ),
    ...unaudited,
  ];
}
