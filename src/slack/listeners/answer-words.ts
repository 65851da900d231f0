import { didYouMean } from '../../domain/did-you-mean.ts';
import { line, richText, text } from '../blocks/rich-text.ts';
import { fallbackText } from '../blocks/text-objects.ts';
import { triageCommand } from '../manifest.ts';
import type { Answered } from './answered.ts';
import { databaseNames } from './database-names.ts';
import { unescaped } from './message-words.ts';
import type { Subcommand, Typed } from './subcommand.ts';

/** Answers what somebody typed: a subcommand, or a database to triage. What is not understood is said so, with the way on. */
export async function answerWords(typed: Typed): Promise<Answered> {
  const { desk, subcommands } = typed.context;
  const [word = '', ...others] = typed.words;
  const subcommand = subcommands.get(word.toLowerCase());
  if (subcommand !== undefined) return await run(subcommand, { ...typed, words: others });
  const triage = subcommands.get('triage');
  const isDatabase = desk.databases.some((name) => name.toLowerCase() === word.toLowerCase());
  if (triage !== undefined && (word === '' || isDatabase)) return await run(triage, typed);
  await typed.acknowledge();
  const sentence = notUnderstood(typed, word);
  return {
    said: { text: fallbackText(sentence), blocks: richText(line(text(sentence))) },
    public: false,
  };
}

async function run(subcommand: Subcommand, typed: Typed): Promise<Answered> {
  if (subcommand.reads) await typed.acknowledge();
  return await subcommand.answer(typed);
}

/** In two lines, as whoever mistyped reads it on a phone; the whole help is one word away. */
function notUnderstood({ context: { desk, subcommands } }: Typed, word: string): string {
  const shown = `"${word.slice(0, 60)}"`;
  if (/^INC-\d+$/i.test(word)) {
    return `${shown} is the number of an incident. ${triageCommand} status leads to the threads of those that are open, ${triageCommand} history to the last ones.`;
  }
  const near = didYouMean(word.toLowerCase(), [...subcommands.keys(), ...desk.databases]);
  const question = near === null ? '' : ` Did you mean ${triageCommand} ${near}?`;
  return `${shown} is no database and no command here.${question}\n${databaseNames(desk)} ${triageCommand} help lists what can be typed.`;
}

/** Words as they are told apart, without the punctuation of a sentence. */
export function wordsOf(text: string): string[] {
  return unescaped(text)
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[?!.,;:]+$/, ''))
    .filter((word) => word !== '')
    .slice(0, 20);
}
