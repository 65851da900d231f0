import { didYouMean } from '../../domain/did-you-mean.ts';
import { triageCommand } from '../manifest.ts';
import { databaseNames } from './database-names.ts';
import type { Typed } from './subcommand.ts';

/** The database that somebody means, or what they have to say first. */
export type Which = { readonly database: string } | { readonly ask: string };

type Asked = Pick<Typed, 'context' | 'place' | 'words'>;

/**
 * The database that is named; without a name the one of the incident in whose thread it is asked, the only one there
 * is, or the one of the only incident that is open, asked in the incident channel.
 *
 * @param command What was typed before, such as `queries`, for the example.
 */
export async function whichDatabase(asked: Asked, command: string): Promise<Which> {
  const { desk } = asked.context;
  const [word] = asked.words;
  if (word !== undefined) return named(desk.databases, word);
  const [only, ...others] = desk.databases;
  if (only !== undefined && others.length === 0) return { database: only };
  const open = await incidentOfPlace(asked);
  if (open !== null) return { database: open };
  const example = `${triageCommand} ${command === '' ? '' : `${command} `}${only ?? '<database>'}`;
  return { ask: `Which database? Type for example: ${example}\n${databaseNames(desk)}` };
}

/** The configured database of this name, in whatever case it is typed. */
export function named(databases: readonly string[], word: string): Which {
  const database = databases.find((name) => name.toLowerCase() === word.toLowerCase());
  if (database !== undefined) return { database };
  const near = didYouMean(word.toLowerCase(), databases);
  const question = near === null ? '' : ` Did you mean ${near}?`;
  return { ask: `There is no database "${word}".${question} ${databaseNames({ databases })}` };
}

async function incidentOfPlace({ context, place }: Asked): Promise<string | null> {
  const { channel, thread } = place;
  if (channel !== null && thread !== null) {
    const id = await context.messages.incidentAt(channel, thread);
    const view = id === null ? null : await context.desk.view(id);
    if (view !== null) return view.incident.database;
  }
  if (channel !== context.channel) return null;
  const [first, ...more] = await context.desk.listOpen();
  return first !== undefined && more.length === 0 ? first.database : null;
}
