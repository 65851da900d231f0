import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutant } from './mutant.ts';

/** What the tests said of code without its promise. */
export interface Noticed {
  readonly noticed: boolean;
  /** The first test that failed, or why none did. */
  readonly by: string;
}

const Report = z.object({
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), title: z.string() })) }),
  ),
});

/** Takes the promise out of the copy of the project in `directory`, runs its tests, and puts it back. */
export async function runMutant(mutant: Mutant, directory: string): Promise<Noticed> {
  const file = join(directory, mutant.file);
  const text = readFileSync(file, 'utf8');
  const places = text.split(mutant.was).length - 1;
  if (places !== 1) {
    return { noticed: false, by: `${mutant.file} holds the text ${places} times: mend the list` };
  }
  writeFileSync(
    file,
    text.replace(mutant.was, () => mutant.becomes),
  );
  try {
    return judge(await runTests(mutant.test, directory));
  } finally {
    writeFileSync(file, text);
  }
}

function judge(report: z.infer<typeof Report> | null): Noticed {
  if (report === null || report.numTotalTests === 0) return { noticed: false, by: 'no test ran' };
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  return failed === undefined
    ? { noticed: false, by: 'every test passed' }
    : { noticed: true, by: failed.title };
}

/** The report of one file of tests, until the first failure; null when there is none. */
async function runTests(test: string, directory: string): Promise<z.infer<typeof Report> | null> {
  const output = join(directory, 'mutant.json');
  rmSync(output, { force: true });
  const vitest = join(directory, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', test, '--bail=1', '--retry=0', '--reporter=json', `--outputFile=${output}`],
    { cwd: directory, stdio: 'ignore', env: { ...process.env, NO_COLOR: '1' } },
  );
  await new Promise((resolve) => child.once('exit', resolve));
  try {
    return Report.parse(JSON.parse(readFileSync(output, 'utf8')));
  } catch {
    return null;
  }
}
