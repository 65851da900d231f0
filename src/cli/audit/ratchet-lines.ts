import { type Ratcheted, ratchetName } from '../../audits/ratchet.ts';
import { formatCount } from '../../domain/format.ts';
import { type Line, say } from '../../terminal/lines.ts';

/** What a ratchet made of a run of audits, for a terminal or the log of a pipeline. */
export function ratchetLines(
  { fresh, gone }: Ratcheted,
  { file, tightened, isNew }: { file: string; tightened: boolean; isNew: boolean },
): Line[] {
  if (isNew)
    return [say(`${file} accepts what is found today. Commit it; from now on it only gets shorter.`)];
  return [
    ...list(
      `${formatCount(fresh.length, 'finding')} that ${file} does not accept:`,
      fresh.map(({ database, finding }) => `${database}: ${ratchetName(finding)}`),
    ),
    ...list(
      tightened ? `Taken out of ${file}, as it is gone:` : `Gone; take it out of ${file} with --tighten:`,
      gone.map(({ database, name }) => `${database}: ${name}`),
    ),
    ...(fresh.length + gone.length === 0 ? [say(`As ${file} says: nothing new, nothing gone.`)] : []),
  ];
}

function list(heading: string, items: readonly string[]): Line[] {
  return items.length === 0
    ? []
    : [say(heading, { style: 'title' }), ...items.map((item) => say(item, { mark: '- ' }))];
}
