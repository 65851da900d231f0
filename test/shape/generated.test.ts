import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('every generated file is what its source says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate.ts', '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
