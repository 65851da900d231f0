import { Command } from 'commander';
import { addCommand } from './follow-ups/add.ts';
import { assignCommand, doneCommand, dropCommand, dueCommand, reopenCommand } from './follow-ups/change.ts';
import { followUpTable } from './follow-ups/follow-up-lines.ts';
import { withFollowUps } from './follow-ups/with-follow-ups.ts';

const EXAMPLES = `
Examples:
  $ firebreak follow-ups                                   what is left to do, the most urgent first
  $ firebreak follow-ups --all --json
  $ firebreak follow-ups assign FU-3 U0ANNA
  $ firebreak follow-ups due FU-3 2026-12-31
  $ firebreak follow-ups add "give reports a role of their own" --database orders-primary --audit statement-timeout
  $ firebreak follow-ups drop FU-4 --reason "the job is gone"`;

/** `firebreak follow-ups`: what was left to do after incidents, with owner, day, and the audit that proves it. */
export function followUpsCommand(): Command {
  const command = new Command('follow-ups')
    .description(
      'What was left to do after incidents: owner, day, and the audit that proves that it is done.',
    )
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--all', 'also what is done and dropped')
    .option('--json', 'print one JSON array')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config, all, json }: { config: string; all?: true; json?: true }) => {
      const { items, today } = await withFollowUps(config);
      const listed = items.filter(({ status }) => all === true || status === 'open');
      if (json === true) process.stdout.write(`${JSON.stringify(listed)}\n`);
      else
        process.stdout.write(
          listed.length === 0 ? 'Nothing is left to do.\n' : `${followUpTable(listed, today)}\n`,
        );
    });
  for (const make of [assignCommand, dueCommand, addCommand, doneCommand, reopenCommand, dropCommand])
    command.addCommand(make().exitOverride());
  return command;
}
