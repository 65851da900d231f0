import { Command } from 'commander';
import { postMortem } from '../postmortem/post-mortem.ts';
import { reachStateUrl } from '../state-url.ts';
import { aboutIncident, eventsOf } from './incident-arguments.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak postmortem INC-12 > 2024-11-15-orders.md
  $ firebreak postmortem INC-12 --time-zone Asia/Seoul`;

/** `firebreak postmortem INC`: the facts of an incident as Markdown, with the lines that people write left for them. */
export function postMortemCommand(): Command {
  return aboutIncident(new Command('postmortem'))
    .description('Write the post-mortem of an incident from its journal, as Markdown.')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, { config, timeZone }: { config: string; timeZone: string }) => {
      const events = await withState(config, reachStateUrl, async (state) => eventsOf(state, id));
      process.stdout.write(postMortem(id, events, timeZone));
    });
}
