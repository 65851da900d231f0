import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
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
  expect(JSON.parse(node('dist/main.js', 'check', '--json').stdout)).toMatchObject({ ok: true });
});
