import { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { timelineOf } from '../postmortem/timeline.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { clockFace } from '../words/clock-face.ts';
import { printable } from '../words/printable.ts';
import { aboutIncident, eventsOf } from './incident-arguments.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak timeline INC-12
  $ firebreak timeline INC-12 --json | jq .text`;

/** `firebreak timeline INC`: what happened, when, and who decided it, a line each. */
export function timelineCommand(): Command {
  return aboutIncident(new Command('timeline'))
    .description('Tell what happened in an incident, and who decided it, from its journal.')
    .option('--json', 'print one JSON object on each line')
    .addHelpText('after', EXAMPLES)
    .action(
      async (id: string, { config, timeZone, json }: { config: string; timeZone?: string; json?: true }) => {
        const zone = timeZone ?? (await loadConfig(config)).timeZone;
        const events = await withState(config, reachStateUrl, async (state) => eventsOf(state, id));
        const clock = clockFace(zone, () => events[0]?.at ?? new Date().toISOString());
        for (const moment of timelineOf(events)) {
          const line =
            json === true ? JSON.stringify(moment) : `${clock.short(moment.at)}  ${printable(moment.text)}`;
          process.stdout.write(`${line}\n`);
        }
      },
    );
}
