import { historyMessage } from '../../blocks/history-message.ts';
import { openly, privately } from '../answered.ts';
import { permalink } from '../permalink.ts';
import type { Subcommand } from '../subcommand.ts';
import { named } from '../which-database.ts';

const MOST_LISTED = 10;

/** The last incidents, of one database or of all. */
export const subcommand: Subcommand = {
  name: 'history',
  usage: '[database]',
  summary:
    'lists the last incidents: how long each turn took, cause, who decided, and who was behind it again.',
  order: 7,
  reads: true,
  async answer({ context, words: [word] }) {
    const which = word === undefined ? { database: null } : named(context.desk.databases, word);
    if ('ask' in which) return privately(which.ask);
    const recent = await context.desk.listRecent(MOST_LISTED, which.database);
    const linked = recent.map(async (one) => ({ recent: one, url: await permalink(context, one.id) }));
    return openly(historyMessage(await Promise.all(linked), which.database));
  },
};
