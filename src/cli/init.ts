import { Command } from 'commander';
import { readEnvironment } from '../config/env.ts';
import { parseConfig } from '../config/load-config.ts';
import { FirebreakError } from '../domain/errors.ts';
import type { Answers, OutputFile } from '../init/answers.ts';
import { detect } from '../init/detect.ts';
import { filesOf, neededSecrets } from '../init/files.ts';
import { createScreen, type Screen } from '../terminal/screen.ts';
import type { SetExitCode } from './exit-code.ts';
import { askAnswers } from './init/ask.ts';
import { answersFrom, type InitOptions, withInitOptions } from './init/options.ts';
import { readSurroundings } from './init/surroundings.ts';
import { existingOf, writeFiles } from './init/write-files.ts';

const EXAMPLES = `
Secrets are never asked for and never written: the configuration names the environment variable, or the file, that holds
each. A file that is there already is left alone unless you say otherwise.

Examples:
  $ firebreak init
  $ firebreak init --yes --slack-channel C0123ABCD --database orders-primary=ORDERS_PRIMARY_URL \\
      --in-cluster --namespace analytics --approver U0123ABCD
  $ firebreak init --print manifest --slack-mode http --slack-url https://firebreak.example.com`;

/** `firebreak init`: asks, detects, and writes the configuration and what grants its rights. */
export function initCommand(setExitCode: SetExitCode): Command {
  const command = new Command('init').description(
    'Write firebreak.yml, the SQL grants, the RBAC of your namespaces and the Slack manifest.',
  );
  return withInitOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitOptions) => {
      const detected = detect(await readSurroundings(readEnvironment()));
      if (options.print !== undefined) {
        const files = filesOf(answersFrom(options, detected, (problem) => command.error(problem)));
        process.stdout.write(
          files.flatMap(({ kind, text }) => (kind === options.print ? [text] : [])).join('\n'),
        );
        return;
      }
      const asked = options.yes === true ? null : screenOf(command);
      const answers =
        asked === null
          ? answersFrom(options, detected, (problem) => command.error(problem))
          : await askAnswers(asked, detected, options);
      const files = filesOf(answers);
      assertConfig(files);
      const chosen = await chooseFiles(files, options, asked);
      await writeFiles(options.directory, chosen);
      process.stdout.write(tell(options, chosen, answers));
      setExitCode(0);
    });
}

function screenOf(command: Command): Screen {
  if (process.stdin.isTTY && process.stdout.isTTY)
    return createScreen({
      input: process.stdin,
      output: process.stdout,
      colour: process.stdout.hasColors(),
    });
  return command.error('There is no terminal to ask on: say --yes, and everything with options (--help).');
}

/** What init writes has to be what check accepts; names that people typed are checked here. */
function assertConfig(files: readonly OutputFile[]): void {
  const config = files.find(({ kind }) => kind === 'config');
  if (config !== undefined) parseConfig(config.text, config.name);
}

/** Those that may be written: all that are new, and those there already that somebody allows. Throws `file-exists`. */
async function chooseFiles(
  files: readonly OutputFile[],
  { directory, force }: InitOptions,
  screen: Screen | null,
): Promise<OutputFile[]> {
  const existing = force === true ? [] : existingOf(directory, files);
  if (existing.length > 0 && screen === null)
    throw new FirebreakError(
      'file-exists',
      `${existing.map(({ name }) => name).join(', ')} ${existing.length === 1 ? 'is' : 'are'} there already in ${directory}; nothing was written.`,
      { hint: 'Say --force to write over them, or name another folder with --directory.' },
    );
  const chosen: OutputFile[] = [];
  for (const file of files) {
    const isNew = !existing.includes(file);
    const may =
      isNew ||
      (await screen?.confirm(
        `${file.name} is there already. Write over it?`,
        'Write over it',
        new AbortController().signal,
      )) === true;
    if (may) chosen.push(file);
  }
  return chosen;
}

/** The roles that are new have no password yet. */
function passwords({ role, databases }: Answers): string {
  const gates = databases.flatMap(({ gate }) => gate?.role ?? []);
  return [...new Set([role, ...gates])].map((one) => `\\password ${one}`).join(' and ');
}

function tell(options: InitOptions, written: readonly OutputFile[], answers: Answers): string {
  const { directory } = options;
  const secrets = neededSecrets(answers);
  const environment = readEnvironment();
  const unset = secrets.filter(({ variable }) => (environment[variable] ?? '') === '');
  if (options.json === true)
    return `${JSON.stringify({ directory, written: written.map(({ name }) => name), secretsNotSet: unset.map(({ variable }) => variable) })}\n`;
  return [
    ...written.map(({ name }) => `✓ ${name}`),
    '',
    'Next:',
    '  1. Slack: make an app from slack-manifest.yml (api.slack.com/apps → Create New App → From a manifest), install it,',
    '     and invite it to the incident channel: /invite @firebreak',
    `  2. PostgreSQL: psql -f ${written.find(({ kind }) => kind === 'grants')?.name ?? 'grants.sql'}, as a superuser; then ${passwords(answers)}`,
    ...(answers.cluster === null ? [] : ['  3. Kubernetes: kubectl apply -f rbac.yaml']),
    ...(unset.length === 0
      ? []
      : [
          '',
          'Secrets that are not set here yet:',
          ...unset.map(({ variable, what }) => `  ${variable}: ${what}`),
        ]),
    '',
    'Then: firebreak check --config firebreak.yml, firebreak doctor, firebreak serve.',
    '',
  ].join('\n');
}
