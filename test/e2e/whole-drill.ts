import { expect, onTestFailed } from 'vitest';
import { z } from 'zod';
import { startFirebreak } from './child.ts';

const Milliseconds = z.number().nonnegative();

/** The report that `firebreak drill --json` promises to those who build on it. */
const Report = z.object({
  scenario: z.string(),
  ok: z.boolean(),
  problems: z.array(z.string()),
  timings: z.object({
    alertToThreadMs: Milliseconds.nullable(),
    alertToCauseMs: Milliseconds.nullable(),
    alertToRecoveredMs: Milliseconds.nullable(),
  }),
  steps: z.array(
    z.object({
      kind: z.string().regex(/^[a-z]+\.[a-z-]+$/),
      attempt: z.int().positive(),
      decision: z.string().nullable(),
      by: z.string().nullable(),
      needed: z.boolean(),
      outcome: z.string().nullable(),
      verdict: z.enum(['passed', 'failed', 'inconclusive']).nullable(),
      evidence: z.string().nullable(),
      warnings: z.array(z.string()),
      waitedMs: Milliseconds.nullable(),
      executedMs: Milliseconds.nullable(),
      verifiedMs: Milliseconds.nullable(),
    }),
  ),
  cause: z
    .object({
      kind: z.string(),
      culprit: z.string().nullable(),
      confidence: z.number().min(0).max(1),
      evidence: z.array(z.string()).min(1),
    })
    .nullable(),
  respawnsAfterKill: z.int().nonnegative(),
  ordersFailed: z.int().nonnegative(),
  ordersPlaced: z.int().nonnegative(),
  baselineMinutes: z.literal(84),
  journal: z.object({ events: z.int().positive(), chainOk: z.boolean() }),
});
export type Report = z.infer<typeof Report>;

/** Runs a whole drill with the scripted responder; its report, and its text for people. */
export async function drill(
  options: readonly string[] = [],
  env: Record<string, string> = {},
  program?: string,
): Promise<{ report: Report; told: string }> {
  const standard = ['drill', '--auto', '--json', '--scale', '0.2', '--think', '0.2'];
  await using child = startFirebreak([...standard, ...options], env, program);
  onTestFailed(() => void process.stderr.write(`What the drill said:\n${child.stderr()}\n`));
  const exitCode = await child.exited;
  if (child.stdout() === '') throw new Error(`The drill printed no report:\n${child.stderr()}`);
  const report = Report.parse(JSON.parse(child.stdout().trimEnd().split('\n').at(-1) ?? ''));
  expect(report.problems).toEqual([]);
  expect({ ok: report.ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  expect(await child.leftProcesses()).toEqual([]);
  expect(child.leftFiles()).toEqual([]);
  return { report, told: child.stderr() };
}

/** The steps of a kind, in order. */
export const ofKind = ({ steps }: Report, kind: string) => steps.filter((step) => step.kind === kind);
