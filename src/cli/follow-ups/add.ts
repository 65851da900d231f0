import { Command } from 'commander';
import { asPerson, refused } from '../alerts/as-person.ts';
import { ownerOf } from './owner.ts';

interface Options {
  readonly config: string;
  readonly as?: string;
  readonly database?: string;
  readonly audit: readonly string[];
  readonly subject?: string;
  readonly incident?: string;
  readonly owner?: string;
  readonly due?: string;
  readonly json?: true;
}

/** `firebreak follow-ups add <text>`. */
export function addCommand(): Command {
  return new Command('add')
    .description('Add something that is to be done. With an audit it is done when the audit is green.')
    .argument('<text>', 'what is to be done')
    .option('--database <name>', 'the database that it is about')
    .option('--audit <name...>', 'the audits that prove it, all of them', [])
    .option(
      '--subject <subject>',
      'what the audits have to be green for, as it is printed; anything unless given',
    )
    .option('--incident <id>', 'the incident that it comes from')
    .option('--owner <person>', 'Slack user id, or a name of terminal.people')
    .option('--due <day>', 'such as 2026-12-31')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object')
    .action(async (text: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { database = null, incident = null, due = null, subject = null } = options;
      const owner = options.owner === undefined ? null : await ownerOf(options.config, options.owner);
      const proofs = options.audit.map((audit) => ({ audit, subject }));
      const added = await asPerson(options, async (desk, by) =>
        desk.followUps.add({ text, database, proofs, incident, owner, due, by }),
      );
      if (added.status === 'refused') throw refused(added.message);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(added.followUp)}\n` : `${added.followUp.id} is added.\n`,
      );
    });
}
