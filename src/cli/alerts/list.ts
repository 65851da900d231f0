import { Command } from 'commander';
import type { AlertOutcome, State } from '../../ports/state.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { count } from '../incident-arguments.ts';
import { withState } from '../with-state.ts';
import { alertTable } from './alert-lines.ts';

const OUTCOMES: readonly AlertOutcome[] = [
  'opened',
  'attached',
  'resolved',
  'ignored',
  'silenced',
  'flapping',
  'inhibited',
];

interface Options {
  readonly config: string;
  readonly limit: number;
  readonly dead?: true;
  readonly became?: readonly AlertOutcome[];
  readonly json?: true;
}

/** `firebreak alerts list`: the newest alerts and what became of them. */
export function listCommand(): Command {
  return new Command('list')
    .description('List the newest alerts, what became of each, and what could not be understood.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--limit <count>', 'how many', count, 20)
    .option('--dead', 'only what could not be understood or decided')
    .option('--became <outcomes...>', `only those: ${OUTCOMES.join(', ')}`)
    .option('--json', 'print one JSON object')
    .action(async (options: Options) => {
      const { alerts, letters } = await withState(options.config, reachStateUrl, async (state) =>
        read(state, options),
      );
      if (options.json === true) process.stdout.write(`${JSON.stringify({ alerts, letters })}\n`);
      else if (alerts.length + letters.length === 0) process.stdout.write('There is no alert.\n');
      else process.stdout.write(`${alertTable(alerts, letters)}\n`);
    });
}

async function read({ alerts, deadLetters }: State, { limit, dead, became }: Options) {
  const outcomes = dead === true ? (['ignored'] as const) : became;
  const found = await alerts.list(limit, outcomes);
  return {
    alerts: dead === true ? found.filter(({ alert }) => alert.status === 'firing') : found,
    letters: became === undefined ? await deadLetters.list(limit) : [],
  };
}
