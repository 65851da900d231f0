import { privately } from '../answered.ts';
import { startPrevention } from '../start-prevention.ts';
import type { Subcommand } from '../subcommand.ts';
import { whichDatabase } from '../which-database.ts';

/** Starts a prevention run. */
export const subcommand: Subcommand = {
  name: 'prevent',
  usage: '[database]',
  summary: 'applies the remedies of the audits, each on approval, while nothing is out of order.',
  order: 6,
  reads: false,
  async answer(typed) {
    const which = await whichDatabase(typed, 'prevent');
    if ('ask' in which) return privately(which.ask);
    const said = await startPrevention(typed.context, which.database, typed.by);
    await typed.acknowledge();
    return { said, public: false };
  },
};
