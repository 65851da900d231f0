import { historyMessage } from '../../blocks/history-message.ts';
import { openly, privately } from '../answered.ts';
import { historyPicture } from '../history-picture.ts';
import { permalink } from '../permalink.ts';
import type { Subcommand } from '../subcommand.ts';
import { named } from '../which-database.ts';

const MOST_LISTED = 10;
/** Incidents and drills in the picture. */
const MOST_DRAWN = 50;

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
    const { database } = which;
    const [drawn, drills] = await Promise.all([
      context.desk.listRecent(MOST_DRAWN, database),
      context.drills.recent(MOST_DRAWN),
    ]);
    const recent = drawn.slice(0, MOST_LISTED);
    const linked = recent.map(async (one) => ({ recent: one, url: await permalink(context, one.id) }));
    const incidents = drawn.flatMap(({ incident }) => incident ?? []);
    return {
      ...openly(historyMessage(await Promise.all(linked), database, drills)),
      afterwards: async () => historyPicture(context, { incidents, drills }, database),
    };
  },
};
