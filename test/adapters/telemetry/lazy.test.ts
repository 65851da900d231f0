import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

/** The packages of OpenTelemetry that a process loads; its API alone is loaded by pg-boss and prom-client too. */
function openTelemetryOf(mode: 'traced' | 'untraced'): string[] {
  const home = mkdtempSync(join(tmpdir(), 'firebreak-loaded-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const note = join(home, 'loaded');
  const child = [
    '--import',
    './test/support/note-loaded.ts',
    'test/support/create-telemetry-in-child.ts',
    mode,
  ];
  const { status, stderr } = spawnSync(process.execPath, child, {
    encoding: 'utf8',
    env: { ...process.env, NOTE_LOADED: note },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const urls = readFileSync(note, 'utf8').split('\n');
  const packages = urls.flatMap((url) => /node_modules\/(@opentelemetry\/[^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(packages)].filter((name) => name !== '@opentelemetry/api').toSorted();
}

it('loads nothing of the SDK of OpenTelemetry unless traces are wanted', { timeout: 60_000 }, () => {
  expect(openTelemetryOf('untraced')).toEqual([]);
  expect(openTelemetryOf('traced')).toContain('@opentelemetry/sdk-trace-base');
});
