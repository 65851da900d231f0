import { followUpList } from '../../blocks/follow-up-list.ts';
import { openly, privately } from '../answered.ts';
import type { Subcommand } from '../subcommand.ts';
import { named } from '../which-database.ts';

/** What was left to do after incidents. */
export const subcommand: Subcommand = {
  name: 'follow-ups',
  usage: '[database]',
  summary: 'lists what was left to do after incidents: owner, day, and the audit that proves it.',
  order: 12,
  reads: true,
  async answer({ context: { desk }, words: [word] }) {
    const which = word === undefined ? { database: null } : named(desk.databases, word);
    if ('ask' in which) return privately(which.ask);
    const { items, today } = await desk.followUps.view();
    return openly(followUpList(items, today, which.database));
  },
};
