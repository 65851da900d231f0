import { triageCommand } from '../manifest.ts';
import { bold, bullets, code, line, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

/** What the help says of one subcommand. */
export interface Explained {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
}

export interface HelpInput {
  readonly subcommands: readonly Explained[];
  readonly databases: readonly string[];
  readonly runbooks: readonly { readonly id: string; readonly title: string }[];
}

/** What people can type, with examples that work here. Pure. */
export function helpMessage({ subcommands, databases, runbooks }: HelpInput): Said {
  const database = databases[0] ?? '<database>';
  const examples = [
    `${triageCommand} ${database}`,
    ...(runbooks[0] === undefined ? [] : [`${triageCommand} ${database} ${runbooks[0].id}`]),
    `${triageCommand} queries ${database}`,
    `${triageCommand} status`,
  ];
  const names =
    databases.length === 0 ? 'none is configured: add one to firebreak.yml' : databases.join(', ');
  const notes = [
    `Databases: ${names}.`,
    ...(runbooks.length === 0
      ? []
      : [`Runbooks: ${runbooks.map(({ id, title }) => `${id} (${title})`).join(', ')}.`]),
    'The database may be left out when there is only one, in the thread of an incident, and in the incident channel while one incident is open.',
    'The same words work after a mention. A message can be made an incident, or added to a timeline, from its own menu (More actions).',
    'Decide on the cards in the thread of an incident: each shows exactly what would be done before you run it.',
  ];
  return {
    text: fallbackText(
      [
        ...subcommands.map((one) => `${typed(one)} ${one.summary}`),
        `Examples: ${examples.join(' · ')}`,
        ...notes.slice(0, 2),
      ].join('\n'),
    ),
    blocks: richText(
      bullets(subcommands.map((one) => line(code(typed(one)), text(` ${one.summary}`)))),
      line(bold('Examples')),
      bullets(examples.map((example) => line(code(example)))),
      ...notes.map((note) => line(text(note))),
    ),
  };
}

function typed({ name, usage }: Explained): string {
  return [triageCommand, name, usage].filter((part) => part !== '').join(' ');
}
