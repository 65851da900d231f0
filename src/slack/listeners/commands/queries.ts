import { privately } from '../answered.ts';
import { liveAnswer } from '../live-answer.ts';
import type { Subcommand } from '../subcommand.ts';
import { whichDatabase } from '../which-database.ts';

/** The oldest transactions and queries of a primary, with their owners. */
export const subcommand: Subcommand = {
  name: 'queries',
  usage: '[database]',
  summary: 'shows the longest queries and transactions with their owners, read now.',
  order: 3,
  reads: true,
  async answer(typed) {
    const which = await whichDatabase(typed, 'queries');
    if ('ask' in which) return privately(which.ask);
    return await liveAnswer(typed.context, typed.by, { what: 'queries', ...which });
  },
};
