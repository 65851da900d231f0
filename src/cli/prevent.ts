import { Command, InvalidArgumentError, Option } from 'commander';
import type { SetExitCode } from './exit-code.ts';
import { HERE, timeZone } from './incident-arguments.ts';
import { printPatched, writePatches } from './prevent/write-patches.ts';
import { type SittingOptions, sitDown } from './triage/sit.ts';

const EXAMPLES = `
Examples:
  $ firebreak prevent orders-primary
  $ firebreak prevent orders-primary --output patch                     files for the repository that you deploy from
  $ firebreak prevent orders-primary --output patch --to db/remedies --json

With --output patch nothing is asked and nothing is changed: every remedy is planned by reading, and written as .sql and
.yaml. Without it the keys are those of "firebreak triage": every remedy shows what it would do, and asks.
Exit code: 0 done or nothing to do; 1 a remedy could not be planned, or it failed; 2 it was called wrong.`;

interface Options extends SittingOptions {
  readonly output?: 'patch';
  readonly to: string;
  readonly json?: true;
}

/** `firebreak prevent <database>`: applies the remedies of the audits on approval, or writes them as files. */
export function preventCommand(setExitCode: SetExitCode): Command {
  return new Command('prevent')
    .description(
      'Apply the remedies of the audits, each on approval, or write them as files for a repository.',
    )
    .argument('[database]', 'name of the monitored database; needed with --output')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--runbook <id>', 'runbook with purpose: prevention; the first one without it')
    .option('--output <form>', 'patch: write files instead of changing anything', form)
    .addOption(
      new Option('--to <directory>', 'with --output: where the files go').default('firebreak-remedies'),
    )
    .option('--json', 'with --output: print one JSON object that lists the files')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('--time-zone <zone>', 'IANA name of the zone in which times are told', timeZone, HERE)
    .addHelpText('after', EXAMPLES)
    .action(async (database: string | undefined, options: Options, command: Command) => {
      if (options.output === undefined) {
        if (options.json === true) command.error('--json needs --output patch', { exitCode: 2 });
        await sitDown(database, options, 'prevention');
        setExitCode(0);
        return;
      }
      if (database === undefined) command.error('--output patch needs the database', { exitCode: 2 });
      const written = await writePatches(database, options);
      process.stdout.write(options.json === true ? `${JSON.stringify(written)}\n` : printPatched(written));
      setExitCode(written.steps.some(({ failed }) => failed) ? 1 : 0);
    });
}

function form(text: string): 'patch' {
  if (text === 'patch') return text;
  throw new InvalidArgumentError('Give patch.');
}
