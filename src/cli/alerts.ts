import { Command } from 'commander';
import { listCommand } from './alerts/list.ts';
import { replayCommand } from './alerts/replay.ts';
import { showCommand } from './alerts/show.ts';
import { silenceCommand, silencesCommand, unsilenceCommand } from './alerts/silence.ts';

const EXAMPLES = `
Examples:
  $ firebreak alerts list --dead                 what could not be understood or decided
  $ firebreak alerts show ALERT-12
  $ firebreak alerts replay ALERT-12 LETTER-3    once the cause is mended
  $ firebreak alerts silence 'database="orders"' --for 2h --reason "reindexing"
  $ firebreak alerts unsilence SIL-3`;

/** `firebreak alerts`: what came in, what became of it, and what is to be silent. */
export function alertsCommand(): Command {
  const command = new Command('alerts')
    .description('Alerts: what became of each, what led to nothing, replays and silences.')
    .addHelpText('after', EXAMPLES);
  for (const make of [
    listCommand,
    showCommand,
    replayCommand,
    silenceCommand,
    unsilenceCommand,
    silencesCommand,
  ])
    command.addCommand(make().exitOverride());
  return command;
}
