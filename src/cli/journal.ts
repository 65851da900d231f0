import { Command } from 'commander';
import { pino } from 'pino';
import { openState } from '../adapters/state/open-state.ts';
import { loadConfig } from '../config/load-config.ts';
import type { State } from '../ports/state.ts';
import { reachStateUrl } from '../state-url.ts';
import type { SetExitCode } from './exit-code.ts';

/** `firebreak journal verify|export`: proves the journal whole, or writes it out. */
export function journalCommand(setExitCode: SetExitCode): Command {
  const journal = new Command('journal').description('Verify or export the journal.');
  journal
    .command('verify')
    .description('Recompute the hash chain over the whole journal.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ firebreak journal verify --config firebreak.yml')
    .action(async (options: { config: string; json?: true }) => {
      await withState(options.config, async (state) => {
        const result = await state.journal.verify();
        if (options.json === true) console.log(JSON.stringify(result));
        else if (result.chainOk)
          console.log(`✓ ${result.events} events, chain whole, head ${result.head.slice(0, 12)}`);
        else console.log(`✗ The chain is broken: ${result.problem ?? 'unknown'}`);
        setExitCode(result.chainOk ? 0 : 1);
      });
    });
  journal
    .command('export')
    .description('Write every entry as one line of JSON, in order.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .addHelpText('after', '\nExample:\n  $ firebreak journal export > journal.jsonl')
    .action(async (options: { config: string }) => {
      await withState(options.config, async (state) => {
        for await (const entry of state.journal.export()) console.log(JSON.stringify(entry));
      });
    });
  return journal;
}

/** Opens the state of a configuration beside or without a running Firebreak. */
async function withState(configFile: string, work: (state: State) => Promise<void>): Promise<void> {
  const config = await loadConfig(configFile);
  const logger = pino({ level: 'warn' }, process.stderr);
  await using started = new AsyncDisposableStack();
  const url = await reachStateUrl(config.state, started, logger);
  const state = await openState({ url, logger, instance: `journal-${process.pid}` });
  started.defer(async () => state.stop());
  await work(state);
}
