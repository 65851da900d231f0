import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../src/adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../src/adapters/embedded-postgres/start-postgres.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { type Serving, serve } from '../e2e/rig.ts';
import { act, type Shown, shown } from '../slack/sandbox-control.ts';
import { CHANNEL } from '../support/channel.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { blocksOf, PAGES } from './page.ts';
import { type Reader, readerIn } from './reader.ts';
import { commandsFor } from './where-typed.ts';

const PASSWORD = 'chosen by the reader';
const scene = new AsyncDisposableStack();
let slack: SlackSandbox;
let server: PostgresServer;
let reader: Reader;
let firebreak: Serving | undefined;

beforeAll(async () => {
  const directory = scene.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  );
  slack = scene.use(await startSlackOf('socket'));
  server = scene.use(
    await startPostgres({
      dataDirectory: join(directory, 'orders'),
      listen: { host: '127.0.0.1' },
      superuser: 'postgres',
      hba: ['host all firebreak 127.0.0.1/32 scram-sha-256'],
    }),
  );
  await query(server.url(), 'create database orders');
  reader = readerIn(directory);
  symlinkSync(resolve('deploy'), join(directory, 'deploy'));
});
afterAll(async () => {
  await firebreak?.[Symbol.asyncDispose]();
  await scene.disposeAsync();
});

/** The command with the places of this scene instead of those of the page. */
function here(line: string): string {
  return line
    .replace('xoxb-…', slack.botToken)
    .replace('xapp-…', slack.appToken)
    .replace(
      /postgresql:\/\/firebreak:<password>@\S+\/orders/,
      server.url({ user: 'firebreak', password: PASSWORD, database: 'orders' }),
    )
    .replace(/postgresql:\/\/postgres@\S+\/orders/, `'${server.url({ database: 'orders' })}'`)
    .replace('firebreak init --yes', `firebreak init --yes --slack-api-url ${slack.apiUrl}`)
    .replace('INC-12', 'INC-1')
    .replace('LETTER-3 ALERT-12', 'LETTER-1')
    .replace('LETTER-3', 'LETTER-1')
    .replace('SIL-3', 'SIL-1')
    .replace('1204:0f3ac1d2e4b5a697', '"$(firebreak journal head)"')
    .replace('C0123ABCD', CHANNEL)
    .replace('U0123ABCD', ANNA)
    .replace('http://127.0.0.1:8080', firebreak?.httpUrl ?? 'http://127.0.0.1:9');
}

/** The first message of the channel with this button, once it is there. */
async function withButton(actionId: string): Promise<Shown> {
  for (;;) {
    const found = (await shown(slack)).find(({ blocks }) => JSON.stringify(blocks ?? []).includes(actionId));
    if (found !== undefined) return found;
    await delay(100);
  }
}

async function untilShown(text: string): Promise<void> {
  while (!JSON.stringify(await shown(slack)).includes(text)) await delay(100);
}

const press = async (actionId: string) => act(slack, ANNA, await withButton(actionId), actionId);

/** What the page asks of its reader besides the command. */
async function besides(line: string): Promise<void> {
  if (line.endsWith('doctor --click')) await press('doctor.click');
  if (line.startsWith('curl')) {
    await press('step.run');
    await untilShown('Nothing is wrong on this server');
    await press('incident.close');
  }
}

/** A free port instead of the usual one, as tests run side by side, and who sits at this terminal. */
function fitConfiguration(): void {
  const file = join(reader.directory, 'firebreak.yml');
  const text = readFileSync(file, 'utf8').replace(/^ {2}port: 8080$/m, '  port: 0');
  const { username } = userInfo();
  writeFileSync(
    file,
    `${text}\nterminal: { people: [{ person: ${ANNA}, name: Anna, login: ${username} }] }\n`,
  );
}

test('every command of the pages does what they say', { timeout: 600_000 }, async () => {
  for (const line of commandsFor('test/docs/commands.e2e.test.ts')) {
    if (line === 'firebreak serve') await serveHere();
    else await follow(line);
  }
});

test('the SQL of the pages is taken by a server', { timeout: 60_000 }, async () => {
  const blocks = PAGES.flatMap((page) => blocksOf(readFileSync(page, 'utf8'), 'sql'));
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) await query(server.url({ database: 'orders' }), block);
});

async function serveHere(): Promise<void> {
  fitConfiguration();
  firebreak = await serve({ configFile: join(reader.directory, 'firebreak.yml'), env: reader.env });
}

/** A dead letter for those who look for one. */
async function sendWhatIsNoAlert(): Promise<void> {
  const headers = { authorization: `Bearer ${reader.env.ALERTMANAGER_TOKEN}` };
  const response = await fetch(`${firebreak?.httpUrl}/alerts/alertmanager`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect(response.status).toBe(400);
}

async function follow(line: string): Promise<void> {
  if (line === 'firebreak alerts list --dead') await sendWhatIsNoAlert();
  if (line.startsWith('jq'))
    writeFileSync(join(reader.directory, 'firebreak.log'), firebreak?.stdout() ?? '');
  const [{ exitCode, stdout, stderr }] = await Promise.all([reader.type(here(line)), besides(line)]);
  expect(exitCode, `${line}\n${stdout}\n${stderr}`).toBe(0);
  expect(stderr).not.toContain('error [');
  // What the page lets its reader do with \password, which needs a terminal.
  if (line.startsWith('psql'))
    await query(server.url({ database: 'orders' }), `alter role firebreak password '${PASSWORD}'`);
  if (line.startsWith('curl')) expect(JSON.parse(stdout)).toMatchObject({ stored: 1 });
  if (line.startsWith('firebreak timeline'))
    expect(stdout).toMatch(/was started by Firebreak[\s\S]*closed by Anna/);
  if (line.startsWith('jq')) expect(stdout).toMatch(/"incident\.opened"[\s\S]*"incident\.closed"/);
}
