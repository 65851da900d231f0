import { doctorMessage } from '../../blocks/doctor-message.ts';
import { openly, privately } from '../answered.ts';
import type { Subcommand } from '../subcommand.ts';

/** The time that it may take while somebody waits, in milliseconds. */
const LONGEST_MS = 60_000;

/** Whether every connection and permission works. */
export const subcommand: Subcommand = {
  name: 'doctor',
  usage: '',
  summary: 'tries every connection and permission, with the remedy of what is missing.',
  order: 8,
  reads: true,
  async answer({ context, by }) {
    const denied = await context.desk.whyNot(by, 'observe');
    if (denied !== null)
      return privately(`What the doctor finds is shown to those who may observe. ${denied}`);
    return openly(doctorMessage(await context.doctor.run(AbortSignal.timeout(LONGEST_MS))));
  },
};
