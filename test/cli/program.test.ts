import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Runs the command line; answers also the files below src that it loaded. */
function firebreak(...args: string[]) {
  const home = mkdtempSync(join(tmpdir(), 'firebreak-loaded-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const note = join(home, 'loaded');
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', './test/support/note-loaded.ts', 'src/main.ts', ...args],
    { encoding: 'utf8', env: { ...process.env, NOTE_LOADED: note } },
  );
  const loaded = readFileSync(note, 'utf8')
    .split('\n')
    .flatMap((url) => /\/src\/(.*)\.ts$/.exec(url)?.[1] ?? []);
  return { status, stdout, loaded };
}

describe('the command line', { timeout: 60_000 }, () => {
  it('loads only the command that is called', () => {
    const { status, loaded } = firebreak('incidents', '--help');
    expect(status).toBe(0);
    expect(loaded).toContain('cli/incidents');
    for (const other of ['cli/serve', 'cli/triage', 'cli/audit', 'app']) expect(loaded).not.toContain(other);
  });

  it('lists in the help every command that has a file', () => {
    const { status, stdout } = firebreak('--help');
    expect(status).toBe(0);
    const files = readdirSync('src/cli').filter((file) =>
      /^export function \w+Command\(/m.test(
        file.endsWith('.ts') ? readFileSync(`src/cli/${file}`, 'utf8') : '',
      ),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(stdout).toMatch(new RegExp(`^ {2}${file.replace('.ts', '')} `, 'm'));
  });

  it('refuses a name that no command has', () => {
    expect(firebreak('incidens').status).toBe(2);
  });

  it('says its version, and loads no command for it', () => {
    const { status, stdout, loaded } = firebreak('--version');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
    expect(loaded.filter((file) => file.startsWith('cli/'))).toEqual([
      'cli/stop-signal',
      'cli/program',
      'cli/failure',
    ]);
  });
});
