import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFirebreak } from './child.ts';

const FAULTS = join(import.meta.dirname, '..', 'faults', 'main.ts');
/** Which starts everything that the matrix knows: victims, clusters with pods, Firebreaks with servers of their own. */
const FAMILY = ['--only', 'stop', '--state', 'embedded'];

test('a run of the fault matrix that is broken off says what it has, and leaves nothing', {
  timeout: 240_000,
}, async () => {
  await using run = startFirebreak(FAMILY, {}, FAULTS);
  await run.said('✓ stop', 180_000);
  // Ctrl-C reaches everything in the terminal; npm passes it on once more.
  run.pressControlC();
  run.signal('SIGTERM');
  expect(await run.exited).toBe(130);
  expect(run.stdout()).toMatch(/^│ stop .* ✓ ended after /m);
  expect(run.stdout()).toMatch(/^Broken off\. Faults until then: [1-9].* not the whole run/m);
  expect(run.stdout()).not.toContain('"faults"');
  expect(run.stderr()).not.toMatch(/error|exception|rejection|^ +at /im);
  expect(await run.leftProcesses()).toEqual([]);
  expect(run.leftFiles()).toEqual([]);
});
