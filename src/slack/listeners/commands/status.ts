import { heldBackSentence } from '../../blocks/alerts-message.ts';
import { statusMessage } from '../../blocks/status-message.ts';
import { openly } from '../answered.ts';
import { permalink } from '../permalink.ts';
import type { Subcommand } from '../subcommand.ts';

/** The open incidents. */
export const subcommand: Subcommand = {
  name: 'status',
  usage: '',
  summary: 'lists the open incidents and what they wait for.',
  order: 2,
  reads: true,
  async answer({ context }) {
    const open = await context.desk.listOpen();
    const held = heldBackSentence(await context.desk.alerts.heldBack());
    const linked = open.map(async (incident) => ({ incident, url: await permalink(context, incident.id) }));
    return openly(statusMessage(await Promise.all(linked), held));
  },
};
