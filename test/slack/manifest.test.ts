import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  actionListeners,
  buttonListeners,
  commandListeners,
  eventListeners,
  shortcutListeners,
  viewListeners,
} from '../../src/slack/listeners/register.ts';
import { loadSubcommands } from '../../src/slack/listeners/subcommands.ts';
import {
  botEvents,
  botScopes,
  manifestYaml,
  slackManifest,
  triageCommand,
} from '../../src/slack/manifest.ts';

const SOURCE = new URL('../../src/slack/', import.meta.url);

/** File names without `.ts`. */
async function idsOn(folder: string): Promise<string[]> {
  const files = await readdir(new URL(`listeners/${folder}/`, SOURCE));
  return files.map((file) => file.replace(/\.ts$/, '')).sort();
}

const fileName = (id: string): string => id.replace(/^\//, '').replaceAll(/[._]/g, '-');

describe('every listener is registered and has one file of its own', () => {
  test.each([
    ['actions', [...actionListeners, ...buttonListeners]],
    ['slash-commands', commandListeners],
    ['events', eventListeners],
    ['shortcuts', shortcutListeners],
    ['views', viewListeners],
  ] as const)('%s', async (folder, listeners) => {
    expect(listeners.map(({ id }) => fileName(id)).sort()).toEqual(await idsOn(folder));
  });

  test('subcommands', async () => {
    const loaded = await loadSubcommands();
    expect([...loaded.keys()].sort()).toEqual(await idsOn('commands'));
    expect([...loaded.values()].map(({ order }) => order)).toEqual(
      [...new Set([...loaded.values()].map(({ order }) => order))].sort((a, b) => a - b),
    );
  });

  test('every subcommand has a test of its own', async () => {
    const tests = await readdir(new URL('listeners/commands/', import.meta.url));
    const wanted = (await idsOn('commands')).map((name) => `${name}.test.ts`);
    expect(wanted.filter((file) => !tests.includes(file))).toEqual([]);
  });
});

test('commands, events and shortcuts of the manifest are those with a listener', () => {
  expect(commandListeners.map(({ id }) => id)).toEqual([triageCommand]);
  expect(eventListeners.map(({ id }) => id)).toEqual([...botEvents]);
  const { shortcuts } = slackManifest({ mode: 'socket' }).features;
  expect(shortcutListeners.map(({ id }) => id).sort()).toEqual(
    shortcuts.map((one) => one.callback_id).sort(),
  );
  for (const { name, description } of shortcuts) {
    expect(name.length).toBeLessThanOrEqual(24);
    expect(description.length).toBeLessThanOrEqual(150);
  }
});

/** Methods that need no scope of a bot token. */
const FREE = new Set([
  'auth.test',
  'apps.connections.open',
  'chat.getPermalink',
  'views.open',
  'views.publish',
  'views.update',
]);

test('every method that is called has its scope, and no scope is there without a use', async () => {
  const files = await readdir(SOURCE, { recursive: true });
  const texts = await Promise.all(
    files.filter((file) => file.endsWith('.ts')).map((file) => readFile(new URL(file, SOURCE), 'utf8')),
  );
  const called = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/client\.(?:(\w+(?:\.\w+)+)\(|apiCall\('([\w.]+)')/g)].map(
        ([, method, called]) => method ?? called ?? '',
      ),
    ),
  );
  expect(called.size).toBeGreaterThan(5);
  const covered = new Set(botScopes.flatMap(({ methods }) => methods));
  const used = new Set([...called, ...botEvents, triageCommand]);
  expect([...called].filter((method) => !covered.has(method) && !FREE.has(method))).toEqual([]);
  expect([...covered].filter((method) => !used.has(method))).toEqual([]);
});

describe.each([
  ['socket', 'manifest.yml'],
  ['http', 'manifest.http.yml'],
] as const)('in %s mode', (mode, file) => {
  test(`${file} is what the source says`, async () => {
    const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text).toBe(manifestYaml(mode));
  });
});

test('http mode has its addresses and no socket, socket mode the reverse', () => {
  const http = JSON.stringify(slackManifest({ mode: 'http', url: 'https://fb.example.com/' }));
  expect(http.match(/https:\/\/fb\.example\.com\/slack\/events/g)).toHaveLength(3);
  expect(http).toContain('"socket_mode_enabled":false');
  const socket = JSON.stringify(slackManifest({ mode: 'socket' }));
  expect(socket).not.toContain('http');
  expect(socket).toContain('"socket_mode_enabled":true');
});
