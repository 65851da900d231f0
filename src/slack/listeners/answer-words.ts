import { didYouMean } from '../../domain/did-you-mean.ts';
import { triageCommand } from '../manifest.ts';
import type { Answered } from './answered.ts';
import { helpAnswer } from './help-answer.ts';
import { unescaped } from './message-words.ts';
import type { Subcommand, Typed } from './subcommand.ts';

/** Answers what somebody typed: a subcommand, or a database to triage. What is not understood gets help, never silence. */
export async function answerWords(typed: Typed): Promise<Answered> {
  const { desk, subcommands } = typed.context;
  const [word = '', ...others] = typed.words;
  const subcommand = subcommands.get(word.toLowerCase());
  if (subcommand !== undefined) return await run(subcommand, { ...typed, words: others });
  const triage = subcommands.get('triage');
  const isDatabase = desk.databases.some((name) => name.toLowerCase() === word.toLowerCase());
  if (triage !== undefined && (word === '' || isDatabase)) return await run(triage, typed);
  await typed.acknowledge();
  return { said: helpAnswer(typed.context, notUnderstood(typed, word)), public: false };
}

async function run(subcommand: Subcommand, typed: Typed): Promise<Answered> {
  if (subcommand.reads) await typed.acknowledge();
  return await subcommand.answer(typed);
}

function notUnderstood({ context: { desk, subcommands } }: Typed, word: string): string {
  const near = didYouMean(word.toLowerCase(), [...subcommands.keys(), ...desk.databases]);
  return near === null
    ? `"${word.slice(0, 60)}" is no database and no command here. This works:`
    : `"${word.slice(0, 60)}" is no database and no command here. Did you mean ${triageCommand} ${near}? This works:`;
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
