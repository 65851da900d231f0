import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

/** Of 10: the exposure of systemd's own scale that the unit stays below, times ten. */
const MOST_EXPOSED = 15;

/** The unit with a program that is on every machine, as verify looks for it. */
function unit(change: (text: string) => string = (text) => text): string {
  const directory = mkdtempSync(join(tmpdir(), 'firebreak-unit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'firebreak.service');
  const text = readFileSync('deploy/systemd/firebreak.service', 'utf8');
  writeFileSync(file, change(text.replace('ExecStart=/usr/bin/firebreak', 'ExecStart=/bin/true')));
  return file;
}

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

it('systemd takes the unit without a word', () => {
  const { status, stdout, stderr } = analyze('verify', '--man=no', unit());
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(
    analyze(
      'verify',
      '--man=no',
      unit((text) => `${text}\n[Service]\nNoSuchKey=1\n`),
    ).stderr,
  ).toContain('NoSuchKey');
});

it('the unit is hardened by the measure of systemd itself', () => {
  const security = (file: string) =>
    analyze('security', '--no-pager', '--offline=true', `--threshold=${MOST_EXPOSED}`, file).status;
  expect(security(unit())).toBe(0);
  expect(security(unit((text) => text.replaceAll(/^(?:Protect|Private|System|Restrict).*$/gm, '')))).not.toBe(
    0,
  );
});
