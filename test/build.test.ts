import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { filesBelow } from './shape/source-files.ts';

function node(...args: string[]) {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

it('the build holds every file of src and runs', { timeout: 120_000 }, () => {
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

it('the packed file holds what its users need, and nothing else', () => {
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

it('the packed file installs elsewhere, and a whole drill runs from it', { timeout: 600_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'fb-packed-'));
  // Run by root, PostgreSQL takes another account, which has to get in.
  chmodSync(home, 0o755);
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const run = (cwd: string, command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}\n${stderr}`);
    return stdout;
  };
  // It was built just now; the packing would do it again.
  run('.', 'npm', 'pack', '--ignore-scripts', '--pack-destination', home);
  const [packed = ''] = readdirSync(home);
  run(home, 'npm', 'init', '--yes');
  run(home, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed}`);
  const installed = join(home, 'node_modules', 'firebreak');
  expect(existsSync(join(installed, 'src'))).toBe(false);
  expect(existsSync(join(installed, 'deploy', 'sql', 'grants.sql'))).toBe(true);

  expect(run(home, 'npx', '--no', 'firebreak', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  const lines = run(
    home,
    'npx',
    '--no',
    'firebreak',
    'drill',
    '--auto',
    '--scale',
    '0.2',
    '--think',
    '0.2',
    '--json',
  )
    .trim()
    .split('\n');
  const Report = z.looseObject({ ok: z.boolean(), cause: z.looseObject({ culprit: z.string() }) });
  expect(Report.parse(JSON.parse(lines.at(-1) ?? '')).ok).toBe(true);
});
