import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FIREBREAK_USER } from '../../src/drill/manifests.ts';
import { startCluster } from '../sandbox/kubernetes/cluster.ts';
import { type Installation, install } from '../support/rig/install.ts';
import { startSlackOf } from '../support/rig/slack-of.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { type Child, startFirebreak } from './child.ts';
import { serve } from './rig.ts';

const TIMEOUT = { timeout: 120_000 };
/** Nothing that is under way while it starts needs longer, though what it waits for may never answer. */
const SOON_MS = 10_000;
const LOOK_MS = 5;
const SIGNAL = pathToFileURL(join(import.meta.dirname, 'signal-in-child.ts')).href;
/** Long enough after the first signal that it is not the same press of Ctrl-C. */
const LATER_MS = 1_200;

const TOKENS = { secret: 'kubernetes-admin', firebreak: FIREBREAK_USER };
const NOBODY = { url: () => 'postgresql://bot@127.0.0.1:1/orders' };

/** A Firebreak of which nothing is there yet. */
async function fresh(parts: { stateUrl?: string } = {}) {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster([], { tokens: TOKENS }));
  const sandbox = stack.use(await startSlackOf('socket'));
  const api = new URL(sandbox.apiUrl);
  const wayToSlack = stack.use(await startTcpProxy({ host: api.hostname, port: Number(api.port) }));
  api.port = String(wayToSlack.port);
  const slack = { ...sandbox, apiUrl: api.href };
  const installation = stack.use(install({ slack, cluster, mode: 'socket', victim: NOBODY, ...parts }));
  const owned = stack.move();
  return {
    wayToSlack,
    installation,
    state: join(installation.directory, 'state'),
    start: (env: Readonly<Record<string, string>> = {}) =>
      startFirebreak(['serve', '--config', installation.configFile], { ...installation.env, ...env }),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** It ended by itself, soon, and well; nothing of it runs, and nothing of it is in the way. */
async function expectGone(child: Child, state: string): Promise<void> {
  const alive = await Promise.race([child.exited.then(() => false), delay(SOON_MS, true)]);
  expect(alive, child.stdout()).toBe(false);
  expect(await child.exited, child.stderr()).toBe(0);
  expect(child.stderr()).toBe('');
  expect(child.stdout()).toContain('Firebreak has stopped');
  expect(child.stdout()).not.toMatch(/"level":"(error|fatal)"|"level":[56]0/);
  expect(await child.leftProcesses()).toEqual([]);
  expect(child.leftFiles().filter((name) => name.startsWith('firebreak-'))).toEqual([]);
  expect(existsSync(join(state, 'postgres', 'postmaster.pid'))).toBe(false);
}

/** The next start finds nothing in its way. */
async function expectNextStart(installation: Installation): Promise<void> {
  await using serving = await serve(installation);
  serving.signal('SIGTERM');
  expect(await serving.exited).toBe(0);
}

async function come(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`It did not come: ${what}.`);
    await delay(LOOK_MS);
  }
}

test('SIGTERM while it is being loaded', TIMEOUT, async () => {
  await using firebreak = await fresh();
  await using child = firebreak.start({ NODE_OPTIONS: `--import=${SIGNAL}` });
  await expectGone(child, firebreak.state);
  expect(child.stdout()).not.toContain('PostgreSQL started');
});

test('SIGTERM while the data folder is being made', TIMEOUT, async () => {
  await using firebreak = await fresh();
  await using child = firebreak.start();
  await come('a half-made folder', () => existsSync(join(firebreak.state, 'postgres.unfinished')));
  child.signal('SIGTERM');
  await expectGone(child, firebreak.state);
  expect(child.stdout()).not.toContain('PostgreSQL started');
  await expectNextStart(firebreak.installation);
});

test('SIGINT, twice, while the server of the state starts', TIMEOUT, async () => {
  await using firebreak = await fresh();
  await using child = firebreak.start();
  // While the folder is being made, servers run in it too.
  const isMade = () => !existsSync(join(firebreak.state, 'postgres.unfinished'));
  await come('a server', () => existsSync(join(firebreak.state, 'postgres', 'postmaster.pid')) && isMade());
  child.pressControlC();
  child.pressControlC();
  await expectGone(child, firebreak.state);
  await expectNextStart(firebreak.installation);
});

test('SIGTERM while the tables are being made', TIMEOUT, async () => {
  await using firebreak = await fresh();
  await using child = firebreak.start();
  await child.said('PostgreSQL started');
  child.signal('SIGTERM');
  await expectGone(child, firebreak.state);
  expect(child.stdout()).not.toContain('Firebreak is running');
  await expectNextStart(firebreak.installation);
});

test('SIGTERM while Slack does not answer', TIMEOUT, async () => {
  await using firebreak = await fresh();
  firebreak.wayToSlack.blackHole(true);
  await using child = firebreak.start();
  await come('a connection to Slack', () => firebreak.wayToSlack.open > 0);
  child.signal('SIGTERM');
  await expectGone(child, firebreak.state);
  firebreak.wayToSlack.blackHole(false);
  await expectNextStart(firebreak.installation);
});

test('SIGTERM while the server of an external state accepts and answers nothing', TIMEOUT, async () => {
  await using proxy = await startTcpProxy({ host: '127.0.0.1', port: 1 });
  proxy.blackHole(true);
  await using firebreak = await fresh({
    stateUrl: `postgresql://firebreak@127.0.0.1:${proxy.port}/firebreak`,
  });
  await using child = firebreak.start();
  await come('a connection', () => proxy.open > 0);
  child.signal('SIGTERM');
  await expectGone(child, firebreak.state);
  // It was not waited for until it failed.
  expect(child.stdout()).not.toContain('state-unavailable');
});

test(
  'a second SIGTERM, when stopping takes long, ends it at once and its server with it',
  TIMEOUT,
  async () => {
    await using firebreak = await fresh();
    await using child = firebreak.start();
    await child.said('PostgreSQL started');
    // A server that waits for a process of its own, which stands still.
    process.kill(await processOf(firebreak.state), 'SIGSTOP');
    child.signal('SIGTERM');
    await delay(LATER_MS);
    child.signal('SIGTERM');
    expect(await child.exited).toBe(143);
    await come('the end of the server', async () => (await child.leftProcesses()).length === 0);
    await expectNextStart(firebreak.installation);
  },
);

/** A process of the embedded server. */
async function processOf(state: string): Promise<number> {
  const [postmaster] = readFileSync(join(state, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const [child] = stdout.split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/);
    return parent === postmaster ? [Number(pid)] : [];
  });
  if (child === undefined) throw new Error('The server has no process.');
  return child;
}
