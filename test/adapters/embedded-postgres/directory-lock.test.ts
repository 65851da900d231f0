import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDirectory } from '../../../src/adapters/embedded-postgres/directory-lock.ts';
import { temporaryDirectory } from './support.ts';

const busy = expect.objectContaining({
  code: 'state-busy',
  hint: expect.stringContaining('state.url'),
});

test('a folder is held by one, until it is let go', () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, 'deep', 'state');
  const first = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(busy);
  expect(readdirSync(join(temporary.path, 'deep')), 'the folder itself is left alone').not.toContain('state');
  first[Symbol.dispose]();
  lockDirectory(directory)[Symbol.dispose]();
});

test('a holder that is killed holds it no longer', async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, 'state');
  const child = fork(join(import.meta.dirname, 'lock-in-child.ts'), [directory]);
  try {
    expect(await once(child, 'message')).toContain('locked');
    expect(() => lockDirectory(directory)).toThrow(busy);
  } finally {
    child.kill('SIGKILL');
  }
  await once(child, 'exit');
  lockDirectory(directory)[Symbol.dispose]();
});
