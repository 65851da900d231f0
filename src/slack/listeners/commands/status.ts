import { heldBackSentence } from '../../blocks/alerts-message.ts';
import { statusMessage } from '../../blocks/status-message.ts';
import { triageCommand } from '../../manifest.ts';
import { openly, privately } from '../answered.ts';
import { permalink } from '../permalink.ts';
import type { Subcommand, Typed } from '../subcommand.ts';
import { named } from '../which-database.ts';

/** The open incidents, all or of one database; or one incident, also when it is closed. */
export const subcommand: Subcommand = {
  name: 'status',
  usage: '[database or INC-…]',
  summary: 'lists the open incidents and what they wait for.',
  order: 2,
  reads: true,
  async answer({ context, words: [word] }) {
    const which = await incidentsOf(context, word);
    if ('ask' in which) return privately(which.ask);
    const held = word === undefined ? heldBackSentence(await context.desk.alerts.heldBack()) : null;
    const linked = which.incidents.map(async (incident) => ({
      incident,
      url: await permalink(context, incident.id),
    }));
    return openly(statusMessage(await Promise.all(linked), held));
  },
};

async function incidentsOf({ desk }: Typed['context'], word: string | undefined) {
  if (word === undefined) return { incidents: await desk.listOpen() };
  if (/^inc-\d+$/i.test(word)) {
    const id = word.toUpperCase();
    const view = await desk.view(id);
    return view === null
      ? { ask: `There is no incident ${id}. ${triageCommand} history lists the last ones.` }
      : { incidents: [view.incident] };
  }
  const which = named(desk.databases, word);
  if ('ask' in which) return which;
  const open = await desk.listOpen();
  return { incidents: open.filter(({ database }) => database === which.database) };
}
