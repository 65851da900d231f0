import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const older = olderNode();

// Starting a process takes seconds on a machine that runs other tests too.
describe.each([
  { name: 'this Node', node: process.execPath },
  ...(older === null ? [] : [{ name: 'an older Node, which hands over to a newer one', node: older }]),
])('bin/firebreak.mjs on $name', { timeout: 120_000 }, ({ node }) => {
  function firebreak(...args: string[]) {
    return spawnSync(node, ['bin/firebreak.mjs', ...args], { encoding: 'utf8' });
  }

  it('explains itself', () => {
    const { status, stdout } = firebreak('--help');
    expect(stdout).toContain('Usage: firebreak');
    expect(stdout).toMatch(/^ {2}drill /m);
    expect(status).toBe(0);
  });

  it('exits with 2 for a command it does not know, and proposes the one that was meant', () => {
    const { status, stderr } = firebreak('dril');
    expect(stderr).toContain('Did you mean drill?');
    expect(status).toBe(2);
  });

  it('exits with 1 for a configuration that is wrong, with its code and what to do', () => {
    const { status, stdout, stderr } = firebreak('check', '--config', 'package.json');
    expect(stderr).toContain('error [bad-config] package.json:1:1: slack is missing');
    expect(stderr).toMatch(/^ {2}→ .*firebreak\.example\.yml/m);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });

  it('exits with 0 for runbooks that are right', () => {
    const { status, stdout } = firebreak('check', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      runbooks: expect.arrayContaining([expect.objectContaining({ id: 'pool-exhaustion' })]),
    });
    expect(status).toBe(0);
  });
});

/** A Node on PATH that cannot run Firebreak itself, or null. */
function olderNode(): string | null {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const node of found.filter((path) => existsSync(path))) {
    const major = Number(/^v(\d+)\./.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1]);
    if (major >= 18 && major < 24) return node;
  }
  return null;
}
