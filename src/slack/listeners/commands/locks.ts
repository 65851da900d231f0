import { privately } from '../answered.ts';
import { liveAnswer } from '../live-answer.ts';
import type { Subcommand } from '../subcommand.ts';
import { whichDatabase } from '../which-database.ts';

/** Who blocks whom on a primary. */
export const subcommand: Subcommand = {
  name: 'locks',
  usage: '[database]',
  summary: 'shows who blocks whom, from the root of each queue on, read now.',
  order: 4,
  reads: true,
  async answer(typed) {
    const which = await whichDatabase(typed, 'locks');
    if ('ask' in which) return privately(which.ask);
    return await liveAnswer(typed.context, typed.by, { what: 'locks', ...which });
  },
};
