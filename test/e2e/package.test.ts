import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createDrills } from '../../src/engine/drills.ts';
import { VERSION } from '../../src/version.ts';
import { quiet, startServer } from '../adapters/state/support.ts';
import { filesBelow } from '../shape/source-files.ts';
import { stateConfig } from '../support/rig/state-config.ts';
import { drill, ofKind } from './whole-drill.ts';

function node(...args: string[]) {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test('the build holds every file of src and runs', { timeout: 120_000 }, () => {
  const { status, stdout } = node('scripts/build.ts');
  expect(stdout).toBe('');
  expect(status).toBe(0);
  const expected = filesBelow('src').map((file) => file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
  expect(expected.filter((file) => !existsSync(file))).toEqual([]);
  const imported =
    "import { createGateClient } from 'firebreak/client'; console.log(typeof createGateClient)";
  expect(node('--input-type=module', '-e', imported).stdout).toBe('function\n');
  expect(existsSync('dist/client/index.d.ts')).toBe(true);
  expect(existsSync('dist/client/breaker.d.ts')).toBe(true);
  expect(JSON.parse(node('dist/main.js', 'check', '--json').stdout)).toMatchObject({ ok: true });
});

test('the packed file holds what its users need, and nothing else', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
  });
  const Packed = z.tuple([z.looseObject({ files: z.array(z.looseObject({ path: z.string() })) })]);
  const [{ files }] = Packed.parse(JSON.parse(stdout));
  const expected = [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'SECURITY.md',
    'bin/firebreak.mjs',
    'firebreak.example.yml',
    'manifest.yml',
    'manifest.http.yml',
    'dist/client/index.d.ts',
    'dist/client/breaker.d.ts',
    ...filesBelow('src').map((file) => file.replace(/^src/, 'dist').replace(/\.ts$/, '.js')),
    ...filesBelow('deploy'),
    ...filesBelow('runbooks'),
    // What messages of the program point to. The pictures stay in the repository.
    ...filesBelow('docs').filter((file) => file.endsWith('.md')),
  ];
  expect(files.map(({ path }) => path).toSorted()).toEqual(expected.toSorted());
});

/** Installs the packed file into a folder of its own, as its users do; the folder, which goes with the test. */
function installedElsewhere(): string {
  const home = mkdtempSync(join(tmpdir(), 'fb-packed-'));
  // Run by root, PostgreSQL takes another account, which has to get in.
  chmodSync(home, 0o755);
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  // It was built just now; the packing would do it again.
  run('.', 'npm', 'pack', '--ignore-scripts', '--pack-destination', home);
  const [packed = ''] = readdirSync(home);
  run(home, 'npm', 'init', '--yes');
  run(home, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed}`);
  return home;
}

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}\n${stderr}`);
  return stdout;
}

/** A PostgreSQL for the state of somebody's own Firebreak. */
async function stateServer() {
  const server = await startServer();
  return { createDatabase: () => server.createDatabase(), [Symbol.asyncDispose]: () => server.end() };
}

/** The last rehearsal that stands in a journal. */
async function lastDrill(url: string) {
  const state = await openState({ url, logger: quiet, instance: 'test' });
  try {
    return await createDrills(state.journal).last();
  } finally {
    await state.stop();
  }
}

test("the packed file installs elsewhere, and from it, in the right order: the cause is named, nothing respawns, the database recovers, nothing is left, the journal of one's own keeps it", {
  timeout: 600_000,
}, async () => {
  const home = installedElsewhere();
  const installed = join(home, 'node_modules', 'firebreak');
  expect(existsSync(join(installed, 'src'))).toBe(false);
  expect(existsSync(join(installed, 'deploy', 'sql', 'grants.sql'))).toBe(true);
  expect(run(home, 'npx', '--no', '--', 'firebreak', '--version')).toBe(`${VERSION}\n`);

  await using server = await stateServer();
  const own = stateConfig(await server.createDatabase());
  const { report, told } = await drill(
    ['--record-in', own.file],
    own.env,
    join(home, 'node_modules', '.bin', 'firebreak'),
  );
  expect(await lastDrill(own.env.STATE_URL ?? '')).toMatchObject({
    scenario: report.scenario,
    ok: true,
    problems: [],
    recoverySeconds: (report.timings.alertToRecoveredMs ?? 0) / 1000,
    version: VERSION,
    by: { kind: 'person', via: 'terminal' },
  });
  expect(report).toMatchObject({
    scenario: 'pool-exhaustion',
    cause: { kind: 'runaway-batch-query', culprit: 'CronJob analytics/report-generator' },
    respawnsAfterKill: 0,
    journal: { chainOk: true },
  });
  expect(report.cause?.confidence).toBeGreaterThan(0.5);
  const { evidence = [] } = report.cause ?? {};
  expect(evidence).toContainEqual(expect.stringMatching(/of CronJob report-generator/));
  const texts = evidence.map((text) => text.replace(/ \((strong|weak|medium)\)$/, ''));
  expect(new Set(texts).size).toBe(evidence.length);
  expect(report.ordersFailed).toBeGreaterThan(0);
  expect(report.ordersPlaced).toBeGreaterThan(0);

  const { alertToThreadMs, alertToCauseMs, alertToRecoveredMs } = report.timings;
  expect(alertToThreadMs).toBeLessThan(15_000);
  expect(alertToCauseMs).toBeLessThan(60_000);
  expect(alertToRecoveredMs).toBeLessThan(120_000);

  // Steps for other causes are passed by, and what has nothing to do is skipped.
  const taken = report.steps.filter(({ decision }) => decision !== 'skipped');
  expect(taken.map(({ kind, decision, verdict }) => [kind, decision, verdict])).toEqual([
    ['postgres.diagnose', 'run', 'passed'],
    ['postgres.list-queries', 'run', 'passed'],
    ['kubernetes.suspend-cronjob', 'run', 'passed'],
    ['postgres.kill-queries', 'run', 'passed'],
    ['recovery.watch', 'run', 'passed'],
    ['kubernetes.resume-cronjob', 'run', 'passed'],
  ]);
  for (const step of taken) {
    expect(step).toMatchObject({ by: 'Anna (on call)', outcome: expect.any(String) });
    for (const ms of [step.waitedMs, step.executedMs, step.verifiedMs]) expect(ms).not.toBeNull();
  }
  const [kill] = ofKind(report, 'postgres.kill-queries');
  expect(kill).toMatchObject({
    outcome: expect.stringMatching(/8 sessions/),
    evidence: expect.stringMatching(/nothing came back/),
    warnings: [],
  });
  expect(told).toContain('It is 14:00 in Seoul');
});
