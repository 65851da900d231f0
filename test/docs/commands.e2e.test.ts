import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../../src/adapters/embedded-postgres/start-postgres.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { type Serving, serve } from '../e2e/rig.ts';
import { act, type Shown, shown } from '../slack/sandbox-control.ts';
import { CHANNEL } from '../support/channel.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { commandsOf, readPage } from './page.ts';
import { type Reader, readerIn } from './reader.ts';

/** The start, and pages whose commands look at what is there afterwards. */
const pages = [
  'getting-started.md',
  'troubleshooting.md',
  'journal.md',
  'backup.md',
  'alerts.md',
  'terminal.md',
];
const PASSWORD = 'chosen by the reader';
const scene = new AsyncDisposableStack();
let slack: SlackSandbox;
let reader: Reader;
let env: Readonly<Record<string, string>>;
let firebreak: Serving | undefined;

beforeAll(async () => {
  const directory = scene.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  );
  slack = scene.use(await startSlackOf('socket'));
  const server = scene.use(
    await startPostgres({
      dataDirectory: join(directory, 'orders'),
      listen: { host: '127.0.0.1' },
    }),
  );
  await query(server.url(), 'create database orders');
  env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    ALERTMANAGER_TOKEN: 'token-of-the-alerts',
    ORDERS_URL: server.url({ user: 'firebreak', password: PASSWORD, database: 'orders' }),
    ADMIN_URL: server.url({ database: 'orders' }),
  };
  reader = readerIn(directory, env);
});
afterAll(async () => {
  await firebreak?.[Symbol.asyncDispose]();
  await scene.disposeAsync();
});

/** The command with the places of this scene instead of those of the page. */
function here(line: string): string {
  return line
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
  for (const page of pages) {
    const lines = commandsOf(readPage(page));
    expect(lines.length, page).toBeGreaterThan(0);
    if (page === 'alerts.md') await sendWhatIsNoAlert();
    for (const line of lines) {
      if (line === 'firebreak serve') await serveHere();
      else await follow(line);
    }
  }
});

async function serveHere(): Promise<void> {
  fitConfiguration();
  firebreak = await serve({ configFile: join(reader.directory, 'firebreak.yml'), env });
}

/** A dead letter for those who look for one. */
async function sendWhatIsNoAlert(): Promise<void> {
  const headers = { authorization: `Bearer ${env.ALERTMANAGER_TOKEN}` };
  const response = await fetch(`${firebreak?.httpUrl}/alerts/alertmanager`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect(response.status).toBe(400);
}

async function follow(line: string): Promise<void> {
  const [{ exitCode, stdout, stderr }] = await Promise.all([reader.type(here(line)), besides(line)]);
  expect(exitCode, `${line}\n${stdout}\n${stderr}`).toBe(0);
  expect(stderr).not.toContain('error [');
  // What the page lets its reader do with \password, which needs a terminal.
  if (line.startsWith('psql'))
    await query(env.ADMIN_URL ?? '', `alter role firebreak password '${PASSWORD}'`);
  if (line.startsWith('curl')) expect(JSON.parse(stdout)).toMatchObject({ stored: 1 });
  if (line.startsWith('firebreak timeline'))
    expect(stdout).toMatch(/was started by Firebreak[\s\S]*closed by Anna/);
}
