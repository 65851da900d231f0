import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FirebreakError } from '../domain/errors.ts';
import { issuesToProblems } from '../yaml/issues.ts';
import { type Problem, problemsError, problemText } from '../yaml/problems.ts';
import { readSource } from '../yaml/source.ts';
import { anchorPaths } from './anchor-paths.ts';
import { refuseMonitoredState } from './check-state.ts';
import type { Config } from './config.ts';
import { readEnvironment } from './env.ts';
import { withTodaysKeys } from './renamed-keys.ts';
import { resolveConfig } from './resolve.ts';
import { ConfigFile } from './schema.ts';

/**
 * Reads and checks a configuration file and its secrets. Throws `bad-config`, `missing-secret` or `no-authentication`.
 *
 * @param warn Is told each line that works today and will not for ever, as `file:line:column: …`.
 */
export async function loadConfig(file: string, warn: (text: string) => void = () => {}): Promise<Config> {
  const parsed = parseConfig(await readConfigFile(file), file, warn);
  const config = resolveConfig(anchorPaths(parsed, dirname(resolve(file))), readEnvironment());
  refuseMonitoredState(config);
  return config;
}

/** Checks the text of a configuration file; `name` is what problems call it. Throws `bad-config` with all of them. */
export function parseConfig(text: string, name: string, warn: (text: string) => void = () => {}): ConfigFile {
  const source = readSource(text, name);
  if (source.problems.length > 0) throw badConfig(source.problems);
  const { data, warnings } = withTodaysKeys(source);
  for (const warning of warnings) warn(problemText(warning));
  const parsed = ConfigFile.safeParse(data);
  if (!parsed.success) throw badConfig(issuesToProblems(source, parsed.error.issues));
  return parsed.data;
}

function badConfig(problems: readonly Problem[]): FirebreakError {
  return problemsError(problems, {
    code: 'bad-config',
    hint: 'Every key is explained in firebreak.example.yml. Run "firebreak check --config FILE" after mending it.',
  });
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FirebreakError('bad-config', `The configuration file ${file} cannot be read.`, {
      hint: '"firebreak init" writes one after a few questions. Or go to the folder where it is, or name it with --config.',
      cause,
    });
  }
}
