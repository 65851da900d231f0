import { Command } from 'commander';
import type { SetExitCode } from './exit-code.ts';
import { HERE, timeZone } from './incident-arguments.ts';
import { type SittingOptions, sitDown } from './triage/sit.ts';

const EXAMPLES = `
Examples:
  $ firebreak triage orders-primary
  $ firebreak triage                          the only database, or a list to choose from
  $ firebreak triage orders-primary --runbook lock-pileup
  $ firebreak triage orders-primary --as "Ji-woo Kim"    on an account that several people share

Keys: arrows and enter choose, space ticks, escape or Ctrl-C leaves. The incident stays open, and the same command comes
back to it; meanwhile a Firebreak that runs on the same state carries it on, and nobody does where none runs.`;

/** `firebreak triage [database]`: an incident in a terminal, for when Slack is down. */
export function triageCommand(setExitCode: SetExitCode): Command {
  return new Command('triage')
    .description(
      'Handle an incident in this terminal: the same runbook, plans, authority and journal as in Slack.',
    )
    .argument('[database]', 'name of the monitored database')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--runbook <id>', 'runbook of a new incident; the default one without it')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('--time-zone <zone>', 'IANA name of the zone in which times are told', timeZone, HERE)
    .addHelpText('after', EXAMPLES)
    .action(async (database: string | undefined, options: SittingOptions) => {
      await sitDown(database, options, 'incident');
      setExitCode(0);
    });
}
