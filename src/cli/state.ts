import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { FirebreakError } from '../domain/errors.ts';
import type { Verification } from '../domain/journal-chain.ts';
import { anchorText } from '../domain/journal-entry.ts';
import type { Backups } from '../ports/state.ts';
import { provideStateUrl, reachStateUrl } from '../wiring/state-url.ts';
import type { SetExitCode } from './exit-code.ts';
import { linesOf } from './lines.ts';
import { withState } from './with-state.ts';

interface Options {
  config: string;
  json?: true;
}

/** `firebreak state backup|restore`: a copy of Firebreak's own database in one file. */
export function stateCommand(setExitCode: SetExitCode): Command {
  const state = new Command('state').description("Back up and restore Firebreak's own database.");
  configured(state.command('backup'))
    .description(
      'Write everything as of one moment into a new file, also while Firebreak runs, and verify it.',
    )
    .argument('<file>', 'the file, which must not exist')
    .addHelpText('after', '\nExample:\n  $ firebreak state backup "firebreak-$(date +%F).jsonl"')
    .action(async (file: string, { config, json }: Options) => {
      const written = await withState(config, reachStateUrl, async ({ backups }) => backUp(backups, file));
      tell(json, written, `${file} holds`);
      setExitCode(0);
    });
  configured(state.command('restore'))
    .description('Write a backup into an empty state, all or nothing, and verify its journal.')
    .argument('<file>', 'what "firebreak state backup" wrote')
    .addHelpText('after', '\nExample:\n  $ firebreak state restore firebreak-2026-11-15.jsonl')
    .action(async (file: string, { config, json }: Options) => {
      const { username: name } = userInfo();
      const restored = await withState(config, provideStateUrl, async ({ backups }) => {
        await backups.check(existing(file));
        return backups.restore(existing(file), { kind: 'person', id: name, name, via: 'terminal' });
      });
      tell(json, restored, 'Restored:');
      setExitCode(0);
    });
  return state;
}

function configured(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object');
}

/** Writes beside the file, flushes, reads back and verifies, and only then gives it its name. */
async function backUp(backups: Backups, file: string): Promise<Verification> {
  if (existsSync(file)) {
    throw new FirebreakError(
      'bad-backup',
      `${file} exists already, and a backup never writes over another.`,
      {
        hint: 'Name a new file, such as one with the date in it.',
      },
    );
  }
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, 'w', 0o600);
    try {
      for await (const line of backups.dump()) await handle.write(`${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const verified = await backups.check(linesOf(partial));
    if (!verified.chainOk) {
      throw new FirebreakError('bad-backup', `The journal is not whole: ${verified.problem}`, {
        hint: 'Run "firebreak journal verify" and find out what happened; the last good backup is worth keeping.',
      });
    }
    await rename(partial, file);
    return verified;
  } finally {
    await rm(partial, { force: true });
  }
}

function existing(file: string): AsyncIterable<string> {
  if (existsSync(file)) return linesOf(file);
  throw new FirebreakError('bad-backup', `There is no file ${file}.`, {
    hint: 'Name a file that "firebreak state backup" wrote.',
  });
}

function tell(json: true | undefined, { events, anchor }: Verification, what: string): void {
  if (json === true) console.log(JSON.stringify({ events, anchor }));
  else
    console.log(`✓ ${what} ${events} entries of the journal, chain whole\n  journal ${anchorText(anchor)}`);
}
