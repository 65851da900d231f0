import { userInfo } from 'node:os';
import { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { createChainCheck, type Verification } from '../domain/journal-chain.ts';
import { type Anchor, anchorText, exportLine, parseExportLine } from '../domain/journal-entry.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { readAnchors } from './anchors.ts';
import type { SetExitCode } from './exit-code.ts';
import { linesOf } from './lines.ts';
import { withState } from './with-state.ts';

interface Options {
  config: string;
  json?: true;
  anchor?: string[];
  file?: string;
  dryRun?: true;
}

const VERIFY_EXAMPLES = `
Examples:
  $ firebreak journal verify
  $ firebreak journal verify --anchor 1204:0f3ac1d2e4b5a697
  $ grep -o 'journal [0-9]*:[0-9a-f]*' incident-channel.txt | firebreak journal verify --anchor -
  $ firebreak journal verify --file journal.jsonl`;

/** `firebreak journal verify|head|export|prune`: proves the journal whole, writes it out, removes what is old. */
export function journalCommand(setExitCode: SetExitCode): Command {
  const journal = new Command('journal').description('Verify, export or prune the journal.');
  configured(journal.command('verify'))
    .description(
      'Recompute the hash chain over the whole journal, and compare it with anchors kept elsewhere.',
    )
    .option('--anchor <anchor...>', '<position>:<hash>, a file with one on each line, or - for stdin')
    .option('--file <export>', 'verify this export instead of the state database')
    .option('--json', 'print one JSON object')
    .addHelpText('after', VERIFY_EXAMPLES)
    .action(async ({ config, json, anchor = [], file }: Options) => {
      const anchors = await readAnchors(anchor);
      const result =
        file === undefined
          ? await withState(config, reachStateUrl, (state) => state.journal.verify(anchors))
          : await verifyFile(file, anchors);
      if (json === true) console.log(JSON.stringify(result));
      else for (const line of told(result, anchors.length)) console.log(line);
      setExitCode(result.chainOk ? 0 : 1);
    });
  configured(journal.command('head'))
    .description('Print the anchor of the last entry, <position>:<hash>, to be kept elsewhere.')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ firebreak journal head >> anchors.txt')
    .action(async ({ config, json }: Options) => {
      const head = await withState(config, reachStateUrl, (state) => state.journal.head());
      console.log(json === true ? JSON.stringify(head) : anchorText(head));
    });
  configured(journal.command('export'))
    .description('Write every entry as one line of JSON, in order. docs/journal.md says how to verify it.')
    .addHelpText('after', '\nExample:\n  $ firebreak journal export > journal.jsonl')
    .action(async ({ config }: Options) => {
      await withState(config, reachStateUrl, async (state) => {
        for await (const entry of state.journal.export()) console.log(exportLine(entry));
      });
    });
  configured(journal.command('prune'))
    .description(
      'Remove the content of what is over for longer than state.retention says; the chain stays whole.',
    )
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ firebreak journal prune --dry-run')
    .action(async ({ config, json, dryRun }: Options) => {
      const { retention: policy } = (await loadConfig(config)).state;
      const { username: name } = userInfo();
      const pruned = await withState(config, reachStateUrl, async ({ retention }) =>
        dryRun === true
          ? await retention.due(policy)
          : await retention.prune(policy, { kind: 'person', id: name, name, via: 'terminal' }),
      );
      const { incidents, alerts, entries } = pruned;
      const verb = dryRun === true ? 'would be' : 'was';
      if (json === true) console.log(JSON.stringify({ dryRun: dryRun === true, policy, ...pruned }));
      else
        console.log(
          `The content of ${entries} entries of ${incidents} closed incidents and of ${alerts} alerts ${verb} removed.`,
        );
    });
  return journal;
}

function configured(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration file', 'firebreak.yml');
}

async function verifyFile(file: string, anchors: readonly Anchor[]): Promise<Verification> {
  const check = createChainCheck(anchors);
  for await (const line of linesOf(file)) check.see(parseExportLine(line));
  return check.end(undefined);
}

function told(result: Verification, anchors: number): string[] {
  const { events, pruned, anchor } = result;
  const removed = pruned === 0 ? '' : `, the content of ${pruned} removed by retention`;
  if (result.chainOk) {
    const compared =
      anchors === 0
        ? 'Without an anchor a cut-off end is not noticed; keep the line above elsewhere and give it with --anchor.'
        : `${anchors} ${anchors === 1 ? 'anchor fits' : 'anchors fit'}.`;
    return [`✓ ${events} entries${removed}, chain whole`, `  journal ${anchorText(anchor)}`, `  ${compared}`];
  }
  return [
    `✗ The journal is not as it was written, from entry ${result.position} on.`,
    `  ${result.problem}`,
    `  ${result.meaning}`,
    ...(result.touched.length === 0 ? [] : [`  Touched: ${result.touched.join(', ')}`]),
  ];
}
