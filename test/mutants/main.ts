/**
 * Shows that the tests of each promise can fail: takes the code that keeps it away, in a copy of the project, and runs
 * them. Usage: npm run test:mutants [-- --match <text>]. The last line is one JSON object; exit code 1 when a test did
 * not notice.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { runMutant } from './run-mutant.ts';

const LEFT_OUT = new Set(['.git', 'node_modules', 'dist']);

const { match = '' } = parseArgs({ options: { match: { type: 'string' } } }).values;
const chosen = mutants.filter(({ promise, file, test }) => `${promise} ${file} ${test}`.includes(match));
const project = join(import.meta.dirname, '..', '..');
const copy = mkdtempSync(join(tmpdir(), 'fb-mutants-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
cpSync(project, copy, {
  recursive: true,
  filter: (path) => !LEFT_OUT.has(path.slice(project.length + 1).split('/')[0] ?? ''),
});
symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));

let noticed = 0;
for (const mutant of chosen) {
  const result = await runMutant(mutant, copy);
  if (result.noticed) noticed += 1;
  process.stdout.write(`${result.noticed ? '✓' : '✗'} ${mutant.promise} (${mutant.file}) → ${result.by}\n`);
}
process.stdout.write(`${JSON.stringify({ mutants: chosen.length, noticed })}\n`);
process.exitCode = chosen.length > 0 && noticed === chosen.length ? 0 : 1;
