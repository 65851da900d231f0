import type { DoctorReport, DoctorResult } from '../../domain/doctor.ts';
import { formatCount } from '../../domain/format.ts';
import { clip } from './clip.ts';
import { clickButton } from './doctor-click.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

/** Results that are told with their remedy. */
const MOST_TOLD = 5;
const MOST_NAMED = 15;
const LONGEST_REMEDY = 1_500;

/** Every connection and permission: what is missing with its remedy, advice by name, the rest counted. Pure. */
export function doctorMessage({ results, ok }: DoctorReport): Said {
  const of = (status: DoctorResult['status']) => results.filter((one) => one.status === status);
  const missing = of('missing');
  const head = ok
    ? `Doctor: nothing is missing. ${formatCount(of('ok').length, 'check')} passed.`
    : `Doctor: ${formatCount(missing.length, 'thing')} missing, ${formatCount(of('ok').length, 'check')} passed.`;
  return {
    text: fallbackText([head, ...missing.map(named)].join('\n')),
    blocks: [
      ...richText(line(bold(head))),
      ...missing.slice(0, MOST_TOLD).flatMap((result) => richText(...told(result))),
      ...richText(...listed('Also missing', missing.slice(MOST_TOLD))),
      ...richText(...listed('Advice', of('advice'))),
      ...richText(...listed('Not known', of('unknown'))),
      ...richText(line(text('"firebreak doctor --details" tells all of it with every statement.'))),
      clickButton,
    ],
  };
}

function told({ subject, title, found, without, remedy }: DoctorResult): Part[] {
  const [first] = remedy?.commands ?? [];
  return [
    line(bold(`✗ ${clip(subject, 100)}: ${clip(title, 150)}`)),
    line(text(clip(found, 400))),
    line(bold('Without it: '), text(clip(without, 600))),
    ...(remedy === null ? [] : [line(bold('Remedy: '), text(clip(remedy.text, 400)))]),
    ...(first === undefined
      ? []
      : [line(text(clip(first.label, 150))), preformatted(clip(first.text, LONGEST_REMEDY))]),
  ];
}

function listed(heading: string, results: readonly DoctorResult[]): Part[] {
  if (results.length === 0) return [];
  const left = results.length - MOST_NAMED;
  return [
    line(bold(`${heading} (${results.length})`)),
    bullets([
      ...results.slice(0, MOST_NAMED).map((result) => line(text(clip(named(result), 250)))),
      ...(left > 0 ? [line(text(`and ${left} more`))] : []),
    ]),
  ];
}

function named({ subject, title, found }: DoctorResult): string {
  return `${subject}: ${title}: ${found}`;
}
