import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ReportRetried } from './test/support/report-retried.ts';

// Every worker, and each of the hundreds of Firebreaks and pods that tests start, loads what another one has compiled.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/compiled');

/** Whole runs of the program first: a drill that began last would run alone for minutes. */
class WholeRunsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWholeRun = ({ moduleId }: TestSpecification) => moduleId.includes('/test/e2e/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isWholeRun), ...sorted.filter((file) => !isWholeRun(file))];
  }
}

const isCi = process.env.CI !== undefined;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: WholeRunsFirst },
    // Real servers share two cores with the tests: in CI a failure must show twice. A retried test is marked in the output.
    retry: isCi ? 1 : 0,
    reporters: isCi ? ['default', new ReportRetried()] : ['default'],
  },
});
