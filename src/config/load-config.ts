import { readFile } from 'node:fs/promises';
import { FirebreakError } from '../domain/errors.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import type { Config } from './config.ts';
import { readEnvironment } from './env.ts';
import { resolveConfig } from './resolve.ts';
import { ConfigFile } from './schema.ts';

/** Reads and checks a configuration file and its secrets. Throws `bad-config`, `missing-secret` or `no-authentication`. */
export async function loadConfig(file: string): Promise<Config> {
  const parsed = parseYaml({
    file,
    text: await readConfigFile(file),
    schema: ConfigFile,
    code: 'bad-config',
    hint: 'Every key is explained in firebreak.example.yml. Run "firebreak check --config FILE" after mending it.',
  });
  return resolveConfig(parsed, readEnvironment());
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FirebreakError('bad-config', `The configuration file ${file} cannot be read.`, {
      hint: 'Copy firebreak.example.yml to firebreak.yml and fill it in, or name another file with --config.',
      cause,
    });
  }
}
