import { defineConfig } from 'vitest/config';

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
