import { resolve } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { ReportRetried } from './test/support/report-retried.ts';

// Every worker, and each of the hundreds of Firebreaks and pods that tests start, loads what another one has compiled.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/compiled');

const isCi = process.env.CI !== undefined;
/** They drown a server, and measure how it drowns. */
const DRILLS = ['test/e2e/{drill,harm,prevention,scenario,stop}.test.ts', 'test/drill/victim.test.ts'];

export default defineConfig({
  test: {
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Real servers share two cores with the tests: in CI a failure must show twice, and what was tried again is told.
    retry: isCi ? 1 : 0,
    reporters: isCi ? ['default', new ReportRetried()] : ['default'],
    projects: [
      {
        // First: a drill that began last would run alone for minutes. No more at once than there are cores to bear the load that they make.
        extends: true,
        test: { name: 'drills', include: DRILLS, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        // Most of these wait for servers.
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...DRILLS],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
