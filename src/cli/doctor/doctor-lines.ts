import type { DoctorReport, DoctorResult, DoctorStatus } from '../../domain/doctor.ts';
import { formatCount } from '../../domain/format.ts';
import { type Line, paint, say } from '../../terminal/lines.ts';
import { printableLines } from '../../words/printable.ts';

/** How the report is shown. */
export interface Shown {
  /** With what each is for, and with what does not apply. */
  readonly details: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

const MARK: Readonly<Record<DoctorStatus, string>> = {
  ok: '✓ ',
  missing: '✗ ',
  advice: '– ',
  unknown: '– ',
  'not-applicable': '– ',
};
/** Where the words under a check begin. */
const INDENT = 4;

/** The report for a terminal: what was looked at, one line for each check, the remedy under what is missing. */
export function doctorLines(report: DoctorReport, { details, columns, colour }: Shown): string[] {
  const painted = (lines: readonly Line[]) => paint(lines, columns, colour);
  const shown = report.results.filter(({ status }) => details || status !== 'not-applicable');
  const subjects = [...Map.groupBy(shown, ({ kind, subject }) => `${kind}/${subject}`).values()];
  return [
    ...subjects.flatMap((results) => [
      ...painted([say(results[0]?.subject ?? '', { style: 'title' })]),
      ...results.flatMap((result) => [
        ...painted(checkLines(result, details)),
        ...(isTold(result) ? commandLines(result) : []),
      ]),
      '',
    ]),
    ...painted(summary(report, details)),
  ];
}

function isTold({ status }: DoctorResult): boolean {
  return status === 'missing' || status === 'advice';
}

function checkLines(result: DoctorResult, details: boolean): Line[] {
  const { status, title, found, purpose, without, remedy } = result;
  const told = isTold(result);
  return [
    say(`${title}: ${found}`, {
      mark: MARK[status],
      indent: 2,
      ...(status === 'missing' ? { style: 'warning' as const } : {}),
      ...(status === 'unknown' || status === 'not-applicable' ? { style: 'faint' as const } : {}),
    }),
    ...(told || details ? [say(`For: ${purpose}`, { indent: INDENT })] : []),
    ...(told || details ? [say(`Without it: ${without}`, { indent: INDENT })] : []),
    ...(told && remedy !== null ? [say(remedy.text, { mark: '→ ', indent: INDENT })] : []),
  ];
}

/** Statements are copied: they stand as they are, however long, and where they go is a comment of theirs. */
function commandLines({ remedy }: DoctorResult): string[] {
  const lines = (remedy?.commands ?? []).flatMap(({ label, language, text }) => [
    `${language === 'sql' ? '--' : '#'} ${label}`,
    ...printableLines(text),
  ]);
  return lines.map((line) => `${' '.repeat(INDENT + 2)}${line}`.trimEnd());
}

function summary({ results, ok }: DoctorReport, details: boolean): Line[] {
  const count = (status: DoctorStatus) => results.filter((one) => one.status === status).length;
  const parts = [
    `${formatCount(count('ok'), 'check')} passed`,
    ...(count('missing') === 0 ? [] : [`${count('missing')} missing`]),
    ...(count('advice') === 0 ? [] : [`${formatCount(count('advice'), 'piece')} of advice`]),
    ...(count('unknown') === 0 ? [] : [`${count('unknown')} not known`]),
  ];
  return [
    say(`${ok ? 'Nothing is missing' : 'Something is missing'}: ${parts.join(', ')}.`, { style: 'title' }),
    ...(details ? [] : [say('What each is for: firebreak doctor --details', { style: 'faint' })]),
  ];
}
