import { Command } from 'commander';
import { asPerson, refused } from './as-person.ts';

/** `firebreak alerts replay <id…>`: decides anew on what led to nothing. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('Decide anew on alerts that opened nothing, as if they came in now.')
    .argument('<ids...>', 'such as ALERT-12 or LETTER-3')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object')
    .action(async (ids: string[], { json, ...options }: { config: string; as?: string; json?: true }) => {
      const replayed = await asPerson(options, async (desk, by) => desk.alerts.replay(ids, by));
      if (replayed.status === 'refused') throw refused(replayed.message);
      const { results } = replayed;
      if (json === true) process.stdout.write(`${JSON.stringify(results)}\n`);
      else for (const { id, said } of results) process.stdout.write(`${id}: ${said}\n`);
    });
}
