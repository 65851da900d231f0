import { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { loadConfiguredRunbooks } from '../runbooks/configured-runbooks.ts';
import { loadRunbooks } from '../runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../runbooks/shipped.ts';
import { loadStepKinds } from '../steps/registry.ts';
import type { SetExitCode } from './exit-code.ts';

/** `firebreak check`: is the configuration valid, are the runbooks. Connects to nothing. */
export function checkCommand(setExitCode: SetExitCode): Command {
  return new Command('check')
    .description('Check the configuration and the runbooks, without connecting to anything.')
    .option('-c, --config <file>', 'configuration file; without it only the runbooks are checked')
    .option('-r, --runbooks <directory>', 'folder of runbooks')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ firebreak check --config firebreak.yml')
    .action(async (options: { config?: string; runbooks?: string; json?: true }) => {
      const warnings: string[] = [];
      const config =
        options.config === undefined
          ? null
          : await loadConfig(options.config, (warning) => warnings.push(warning));
      const kinds = await loadStepKinds();
      const runbookDirectory = options.runbooks ?? config?.runbookDirectory ?? null;
      const runbooks =
        config === null
          ? await loadRunbooks(runbookDirectory ?? SHIPPED_RUNBOOKS, kinds)
          : await loadConfiguredRunbooks({ ...config, runbookDirectory }, kinds);
      const report = {
        ok: true,
        config: options.config ?? null,
        warnings,
        runbooks: [...runbooks.values()].map(({ id, title, steps }) => ({ id, title, steps: steps.length })),
      };
      if (options.json === true) console.log(JSON.stringify(report));
      else {
        if (report.config !== null) console.log(`✓ ${report.config}`);
        for (const warning of warnings) console.log(`! ${warning}`);
        for (const { id, title, steps } of report.runbooks)
          console.log(`✓ runbook ${id}: ${title} (${steps} steps)`);
      }
      setExitCode(0);
    });
}
