import { helpAnswer } from '../help-answer.ts';
import type { Subcommand } from '../subcommand.ts';

/** What can be typed. */
export const subcommand: Subcommand = {
  name: 'help',
  usage: '',
  summary: 'shows this.',
  order: 13,
  reads: true,
  answer: async ({ context }) => ({ said: helpAnswer(context), public: false }),
};
