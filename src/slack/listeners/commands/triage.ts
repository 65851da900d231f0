import { didYouMean } from '../../../domain/did-you-mean.ts';
import { type Answered, privately } from '../answered.ts';
import { openedAnswer } from '../opened-answer.ts';
import type { Subcommand, Typed } from '../subcommand.ts';
import { whichDatabase } from '../which-database.ts';

/** Opens an incident by hand, or names the one that is open. The word itself may be left out. */
export const subcommand: Subcommand = {
  name: 'triage',
  usage: '[database] [runbook]',
  summary: 'opens an incident, or names the one that is open. The word triage may be left out.',
  order: 1,
  reads: false,
  async answer(typed) {
    const which = await whichDatabase(typed, '');
    if ('ask' in which) return privately(which.ask);
    const runbook = typed.words[1] ?? null;
    const unknown = runbook === null ? null : unknownRunbook(typed, runbook);
    return unknown === null ? await open(typed, which.database, runbook) : privately(unknown);
  },
};

function unknownRunbook({ context }: Typed, word: string): string | null {
  const ids = context.desk.runbooks.map(({ id }) => id);
  if (ids.includes(word)) return null;
  const near = didYouMean(word, ids);
  const question = near === null ? '' : ` Did you mean ${near}?`;
  return `There is no runbook "${word}".${question} Runbooks: ${ids.join(', ')}. Without one the fitting default is taken.`;
}

async function open(
  { context, by, acknowledge }: Typed,
  database: string,
  runbook: string | null,
): Promise<Answered> {
  const opened = await context.desk.open({ database, runbook, by });
  await acknowledge();
  if (opened.status === 'refused') return privately(opened.message);
  return { said: await openedAnswer(context, database, opened), public: false };
}
