import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { ORDERS, type Orders } from './crossing.ts';

const CROSSING = pathToFileURL(join(import.meta.dirname, 'crossing.ts')).href;
const TWICE = `import { cross } from '${CROSSING}'; cross('a', 'before'); cross('a', 'before');`;

/** How a process with these orders ends, which crosses `before a` twice. */
function ended(orders: Orders): NodeJS.Signals | number | null {
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', TWICE], {
    env: { ...process.env, [ORDERS]: JSON.stringify(orders) },
  });
  return signal ?? status;
}

it('kills the first of two processes that comes to the boundary, and no other', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'fb-crossing-'));
  const record = join(directory.path, 'record');
  const kill = {
    name: 'a',
    side: 'before',
    nth: 2,
    mark: join(directory.path, 'killed'),
    alsoServer: null,
  } as const;
  const orders = { record, kill };
  expect(ended(orders)).toBe('SIGKILL');
  expect(readFileSync(record, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(ended(orders)).toBe(0);
});

it('dies with its server, also when that is gone sooner', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'fb-crossing-'));
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(join(directory.path, 'postmaster.pid'), `${pid}\n`);
  const mark = join(directory.path, 'killed');
  const kill = { name: 'a', side: 'before', nth: 1, mark, alsoServer: directory.path } as const;
  expect(ended({ record: join(directory.path, 'record'), kill })).toBe('SIGKILL');
});
