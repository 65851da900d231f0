import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { reachStateUrl } from '../state-url.ts';
import { printable } from '../words/printable.ts';
import { withState } from './with-state.ts';

const EXAMPLES = `
Examples:
  $ firebreak incidents
  $ firebreak incidents --limit 5 --json`;

/** `firebreak incidents`: the newest incidents, a line each. */
export function incidentsCommand(): Command {
  return new Command('incidents')
    .description('List the newest incidents.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--limit <count>', 'how many', count, 20)
    .option('--json', 'print one JSON array')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config, limit, json }: { config: string; limit: number; json?: true }) => {
      const incidents = await withState(config, reachStateUrl, async (state) => state.incidents.list(limit));
      if (json === true) {
        process.stdout.write(`${JSON.stringify(incidents)}\n`);
        return;
      }
      if (incidents.length === 0) {
        process.stdout.write('There is no incident yet.\n');
        return;
      }
      const table = new Table({
        head: ['incident', 'status', 'opened', 'database', 'title'],
        style: { head: [] },
      });
      for (const { id, status, openedAt, database, title } of incidents)
        table.push([id, status, openedAt, printable(database), printable(title).slice(0, 60)]);
      process.stdout.write(`${table.toString()}\n`);
    });
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('Give a number from 1 to 1000.');
}
