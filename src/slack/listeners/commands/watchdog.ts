import { watchdogList } from '../../blocks/watchdog-list.ts';
import { openly } from '../answered.ts';
import type { Subcommand } from '../subcommand.ts';

/** The standing policies that end queries by themselves. */
export const subcommand: Subcommand = {
  name: 'watchdog',
  usage: '',
  summary: 'lists the policies that end long queries by themselves, to stop and start them.',
  order: 11,
  reads: true,
  answer: async ({ context }) => openly(watchdogList(await context.watchdog.policies(), context.clock.now())),
};
