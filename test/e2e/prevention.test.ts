import { expect, onTestFailed, test } from 'vitest';
import { z } from 'zod';
import { startFirebreak } from './child.ts';

/** The line that `firebreak drill prevention --json` promises to those who build on it. */
const Report = z.strictObject({
  unguarded: z.strictObject({ ordersFailed: z.int().nonnegative() }),
  guarded: z.strictObject({ ordersFailed: z.int().nonnegative() }),
  auditsRed: z.strictObject({ before: z.int().positive(), after: z.int().nonnegative() }),
});

test('the batch that broke the shop no longer does once its remedies were applied on approval', {
  timeout: 300_000,
}, async () => {
  const standard = ['drill', 'prevention', '--auto', '--json', '--scale', '0.2', '--think', '0.2'];
  await using child = startFirebreak(standard, {});
  onTestFailed(() => void process.stderr.write(`What the drill said:\n${child.stderr()}\n`));
  const exitCode = await child.exited;
  const report = Report.parse(JSON.parse(child.stdout().trimEnd().split('\n').at(-1) ?? ''));
  expect(exitCode).toBe(0);
  expect(report.unguarded.ordersFailed).toBeGreaterThan(report.guarded.ordersFailed);
  expect(report.auditsRed.after).toBeLessThan(report.auditsRed.before);
  const told = child.stderr();
  expect(told).toMatch(/statement_timeout of role report_generator in database orders: 2s, before not set/);
  expect(told).toMatch(/findings are gone/);
  expect(await child.leftProcesses()).toEqual([]);
  expect(child.leftFiles()).toEqual([]);
});
