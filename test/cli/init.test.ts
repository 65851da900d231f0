import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startKubernetesSandbox } from '../../src/sandbox/kubernetes/server.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { admin } from '../adapters/kubernetes/support.ts';
import { startAppServer } from '../adapters/postgres/support.ts';
import { startSandbox } from '../slack/support.ts';
import { CHANNEL } from '../support/channel.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';

const ACCOUNT = 'system:serviceaccount:firebreak:firebreak';
const TIMEOUT = { timeout: 240_000 };

function folder(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** Runs a command as a script would, without a terminal; the sandboxes of this process answer meanwhile. */
async function firebreak(args: string[], env: Record<string, string>, cwd: string) {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  return await new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const { KUBECONFIG: _, ...own } = process.env;
    const options = { cwd, env: { ...own, HOME: cwd, ...env }, encoding: 'utf8' } as const;
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('init, check, grants and rights as written, and the doctor finds nothing missing', TIMEOUT, async () => {
  const directory = folder();
  await using app = await startAppServer();
  const docs = (file: string) =>
    parseAllDocuments(readFileSync(join(directory, file), 'utf8')).map((one) => one.toJS() as never);
  await using cluster = await startKubernetesSandbox({
    objects: ['firebreak', 'analytics'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    tokens: { admin: 'kubernetes-admin', token: ACCOUNT },
  });
  writeFileSync(join(directory, 'kubeconfig'), cluster.kubeconfig(ACCOUNT));
  const env = () => ({
    ORDERS_PRIMARY_URL: app.url('watchdog'),
    ORDERS_GATE_URL: app.url('planner'),
    GATE_TOKEN: 'another-long-random-text',
    ALERTMANAGER_TOKEN: 'a-long-random-text',
    SLACK_BOT_TOKEN: 'xoxb-of-the-sandbox',
    SLACK_APP_TOKEN: 'xapp-of-the-sandbox',
  });
  const slack = await startSandbox({ botToken: 'xoxb-of-the-sandbox', appToken: 'xapp-of-the-sandbox' });

  const init = await firebreak(
    [
      'init',
      '--yes',
      '--slack-channel',
      CHANNEL,
      '--slack-api-url',
      slack.apiUrl,
      '--kubeconfig',
      join(directory, 'kubeconfig'),
      '--namespace',
      'analytics',
      '--approver',
      'U0ALICE',
    ],
    env(),
    directory,
  );
  expect(init).toMatchObject({ code: 0, stderr: '' });
  expect(init.stdout).toContain('\\password watchdog and \\password planner');
  expect(readdirSync(directory).sort()).toEqual([
    'firebreak.yml',
    'grants.sql',
    'kubeconfig',
    'rbac.yaml',
    'slack-manifest.yml',
  ]);
  const written = readFileSync(join(directory, 'firebreak.yml'), 'utf8');
  for (const secret of ['xoxb-', 'xapp-', '-long-random-text', String(app.server().port)])
    expect(written.replaceAll(/# xoxb-…|# xapp-…/g, '').replace(slack.apiUrl, '')).not.toContain(secret);

  expect(await firebreak(['check', '--config', 'firebreak.yml'], env(), directory)).toMatchObject({
    code: 0,
  });

  const before = await firebreak(['doctor', '--json'], env(), directory);
  expect(before.code).toBe(1);

  await query(app.server().url({ database: 'appdb' }), readFileSync(join(directory, 'grants.sql'), 'utf8'));
  for (const object of docs('rbac.yaml') as { kind: string }[])
    await admin(
      cluster,
      'POST',
      `/apis/rbac.authorization.k8s.io/v1/namespaces/analytics/${object.kind === 'Role' ? 'roles' : 'rolebindings'}`,
      object,
    );
  expect(docs('slack-manifest.yml')).toEqual([slackManifest({ mode: 'socket' })]);

  const doctor = await firebreak(
    ['doctor', '--json'],
    { ...env(), SLACK_CONFIG_TOKEN: slack.configToken },
    directory,
  );
  const report = JSON.parse(doctor.stdout) as { results: { check: string; status: string; found: string }[] };
  expect(report.results.filter(({ status }) => status === 'missing')).toEqual([]);
  expect(doctor).toMatchObject({ code: 0, stderr: '' });
  expect(report.results.find(({ check }) => check === 'slack/manifest')?.status).toBe('ok');
  expect(report.results.filter(({ check }) => check.startsWith('gate/')).map(({ status }) => status)).toEqual(
    ['ok', 'ok', 'ok', 'ok'],
  );
  expect(existsSync(join(directory, '.firebreak'))).toBe(false);

  const shown = await firebreak(['doctor'], env(), directory);
  expect(shown.stdout).toContain('✓ Member of pg_signal_backend: watchdog is a member');
  expect(shown.stdout).toMatch(
    /Nothing is missing: \d+ checks passed, \d+ pieces of advice, \d+ not known\./,
  );
});

test('what is there already is left alone, and nothing is written beside it', TIMEOUT, async () => {
  const directory = folder();
  writeFileSync(join(directory, 'grants.sql'), 'mine');
  const args = ['init', '--yes', '--slack-channel', CHANNEL, '--database', 'orders=ORDERS_URL'];

  const refused = await firebreak(args, {}, directory);

  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('error [file-exists] grants.sql is there already');
  expect(readdirSync(directory)).toEqual(['grants.sql']);
  expect(readFileSync(join(directory, 'grants.sql'), 'utf8')).toBe('mine');
  expect(await firebreak([...args, '--force'], {}, directory)).toMatchObject({ code: 0 });
  expect(readFileSync(join(directory, 'grants.sql'), 'utf8')).toContain('GRANT pg_monitor');
  // A file that says the same already is in nobody's way.
  expect(await firebreak(args, {}, directory)).toMatchObject({ code: 0 });
});

test('what is missing, or a secret in place of its name, is said with exit code 2', TIMEOUT, async () => {
  const directory = folder();
  const init = async (...args: string[]) => await firebreak(['init', ...args], {}, directory);
  expect(await init('--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--slack-channel is missing'),
  });
  expect(await init()).toMatchObject({ code: 2, stderr: expect.stringContaining('no terminal') });
  expect(await init('--yes', '--database', 'orders=postgres://u:p@h/d')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('never the URL itself'),
  });
  expect(
    await init(
      '--yes',
      '--slack-channel',
      CHANNEL,
      '--database',
      'orders=ORDERS_URL',
      '--gate',
      'order=GATE_URL',
    ),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--gate names order, and there is no such database'),
  });
  expect(readdirSync(directory)).toEqual([]);
});

test('--gate names the database, and where its URL is', TIMEOUT, async () => {
  const args = [
    '--database',
    'orders=ORDERS_URL',
    '--database',
    'bills=BILLS_URL',
    '--gate',
    'bills=/run/gate',
  ];
  const init = await firebreak(
    ['init', '--print', 'config', '--slack-channel', CHANNEL, ...args],
    {},
    folder(),
  );
  const [config] = parseAllDocuments(init.stdout).map(
    (one) => one.toJS() as { gate: unknown; databases: object[] },
  );
  expect(config?.gate).toEqual({ bearer: { env: 'GATE_TOKEN' } });
  expect(config?.databases.map((one) => 'gate' in one && one.gate)).toEqual([
    false,
    { url: { file: '/run/gate' } },
  ]);
});
