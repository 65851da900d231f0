import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { parseYaml } from '../../src/yaml/parse-yaml.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firebreak-config-'));
});
afterEach(async () => rm(directory, { recursive: true }));

const minimal = `slack: { channel: C0123ABCD }
alerts: { sources: [{ name: am, format: alertmanager, bearer: { env: TOKEN } }] }
databases: [{ name: orders, url: { env: ORDERS_URL } }]
`;
const environment = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  TOKEN: 't',
  ORDERS_URL: 'postgresql://x',
};

function resolve(text: string, env: Record<string, string> = environment) {
  const hint = '';
  return resolveConfig(
    parseYaml({ file: 'firebreak.yml', text, schema: ConfigFile, code: 'bad-config', hint }),
    env,
  );
}

it('knows every key of the example and gives it a place', async () => {
  const text = await readFile('firebreak.example.yml', 'utf8');
  const parsed = parseYaml({
    file: 'firebreak.example.yml',
    text,
    schema: ConfigFile,
    code: 'bad-config',
    hint: '',
  });
  expect(parsed.databases[0]?.cores).toBe(8);
});

it('lets nobody decide anything when no authority is given', () => {
  expect(resolve(minimal).authority).toEqual({ observe: [], workload: [], session: [], incident: [] });
});

it('prints no secret', () => {
  const config = resolve(minimal, { ...environment, TOKEN: 'alert-secret' });
  expect(JSON.stringify(config)).not.toContain('alert-secret');
  expect(JSON.stringify(config)).toContain('<secret>');
});

it('reads secrets from files', async () => {
  const file = join(directory, 'token');
  await writeFile(file, 'from-file\n');
  const [source] = resolve(minimal.replace('{ env: TOKEN }', `{ file: ${file} }`)).sources;
  expect(source?.authentication.type === 'bearer' && source.authentication.token.reveal()).toBe('from-file');
});

it('says which variable is missing and what it holds', () => {
  const { TOKEN: _left, ...rest } = environment;
  expect(() => resolve(minimal, rest)).toThrow(
    'The environment variable TOKEN is not set; it holds alert source am.',
  );
});

it('refuses an alert source that anybody could use', () => {
  expect(() => resolve(minimal.replace(', bearer: { env: TOKEN }', ''))).toThrow(
    expect.objectContaining({ code: 'no-authentication' }),
  );
});

describe('points at the mistake', () => {
  it.each([
    [
      'a wrong key',
      'slack: { chanel: C0123ABCD }',
      'firebreak.yml:1:10 slack.chanel: this key is not known here',
    ],
    [
      'a wrong value',
      minimal.replace('alertmanager', 'nagios'),
      'firebreak.yml:2:41 alerts.sources.0.format:',
    ],
    ['the offending text', minimal.replace('C0123ABCD', 'incidents'), 'found "incidents"'],
    [
      'a missing part',
      minimal.replace('slack: { channel: C0123ABCD }', 'slack: {}'),
      'firebreak.yml:1:8 slack.channel:',
    ],
    ['broken YAML', 'slack: { channel: ', 'firebreak.yml:1:'],
    ['aliases', `a: &a [x]\nb: *a\n${minimal}`, 'firebreak.yml:1:1'],
    [
      'a secret in the open',
      minimal.replace('{ env: ORDERS_URL }', 'postgresql://u:p@h/d'),
      'databases.0.url',
    ],
  ])('%s', (_name, text, message) => {
    expect(() => resolve(text)).toThrow(message);
  });
});

it('does not repeat a secret that was written into the file', () => {
  const text = minimal.replace('{ env: ORDERS_URL }', 'postgresql://u:hunter2@h/d');
  expect(() => resolve(text)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
  );
});

it('says what to do when there is no file', async () => {
  await expect(loadConfig(join(directory, 'none.yml'))).rejects.toMatchObject({
    code: 'bad-config',
    hint: expect.stringContaining('firebreak.example.yml'),
  });
});
