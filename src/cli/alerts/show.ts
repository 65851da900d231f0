import { Command } from 'commander';
import { FirebreakError } from '../../domain/errors.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { withState } from '../with-state.ts';
import { alertText, letterText } from './alert-lines.ts';

/** `firebreak alerts show <id>`: all that is known of one alert, or of what could not be understood. */
export function showCommand(): Command {
  return new Command('show')
    .description('Show one alert with what became of it and why, or what could not be understood.')
    .argument('<id>', 'such as ALERT-12 or LETTER-3')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object')
    .action(async (id: string, { config, json }: { config: string; json?: true }) => {
      const { alert, letter } = await withState(config, reachStateUrl, async (state) => ({
        alert: await state.alerts.get(id),
        letter: await state.deadLetters.get(id),
      }));
      const found = alert ?? letter;
      if (found === null) throw noAlert(id);
      if (json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
      else if (alert !== null) process.stdout.write(`${alertText(alert)}\n`);
      else if (letter !== null) process.stdout.write(`${letterText(letter)}\n`);
    });
}

function noAlert(id: string): FirebreakError {
  return new FirebreakError('no-alert', `There is no alert ${id}.`, {
    hint: 'firebreak alerts list lists them; retention may have removed it.',
  });
}
