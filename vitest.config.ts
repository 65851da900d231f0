import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// Every worker, and each of the hundreds of Firebreaks and pods that tests start, loads what another one has compiled.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    // Real servers share two cores with the tests: in CI a failure must show twice. A retried test is marked in the output.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
