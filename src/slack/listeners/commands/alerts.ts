import { isActive } from '../../../domain/silence.ts';
import { alertsMessage } from '../../blocks/alerts-message.ts';
import { openly } from '../answered.ts';
import type { Subcommand } from '../subcommand.ts';

/** What opened no incident. */
export const subcommand: Subcommand = {
  name: 'alerts',
  usage: '',
  summary: 'lists the alerts of the last day that opened no incident and why, and what is silent now.',
  order: 9,
  reads: true,
  async answer({ context: { desk } }) {
    const [held, silences] = await Promise.all([desk.alerts.heldBack(), desk.alerts.silences()]);
    const now = new Date();
    return openly(
      alertsMessage(
        held,
        silences.filter((one) => isActive(one, now)),
      ),
    );
  },
};
