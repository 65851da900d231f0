import { expect, onTestFailed, test } from 'vitest';
import { z } from 'zod';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createDrills } from '../../src/engine/drills.ts';
import { VERSION } from '../../src/version.ts';
import { quiet, startServer } from '../adapters/state/support.ts';
import { stateConfig } from '../support/rig/state-config.ts';
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
type Report = z.infer<typeof Report>;

const TIMEOUT = { timeout: 360_000 };

/** Runs a whole drill with the scripted responder; its report, and its text for people. */
async function drill(
  options: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ report: Report; told: string }> {
  const standard = ['drill', '--auto', '--json', '--scale', '0.2', '--think', '0.2'];
  await using child = startFirebreak([...standard, ...options], env);
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

/** A PostgreSQL for the state of somebody's own Firebreak. */
async function stateServer() {
  const server = await startServer();
  return { createDatabase: () => server.createDatabase(), [Symbol.asyncDispose]: () => server.end() };
}

/** The last rehearsal that stands in a journal. */
async function lastDrill(url: string) {
  const state = await openState({ url, logger: quiet, instance: 'test' });
  try {
    return await createDrills(state.journal).last();
  } finally {
    await state.stop();
  }
}

const ofKind = ({ steps }: Report, kind: string) => steps.filter((step) => step.kind === kind);

test(
  "the right order: the cause is named, nothing respawns, the database recovers, nothing is left, the journal of one's own keeps it",
  TIMEOUT,
  async () => {
    await using server = await stateServer();
    const own = stateConfig(await server.createDatabase());
    const { report, told } = await drill(['--record-in', own.file], own.env);
    expect(await lastDrill(own.env.STATE_URL ?? '')).toMatchObject({
      scenario: report.scenario,
      ok: true,
      problems: [],
      recoverySeconds: (report.timings.alertToRecoveredMs ?? 0) / 1000,
      version: VERSION,
      by: { kind: 'person', via: 'terminal' },
    });
    expect(report).toMatchObject({
      scenario: 'pool-exhaustion',
      cause: { kind: 'runaway-batch-query', culprit: 'CronJob analytics/report-generator' },
      respawnsAfterKill: 0,
      journal: { chainOk: true },
    });
    expect(report.cause?.confidence).toBeGreaterThan(0.5);
    const { evidence = [] } = report.cause ?? {};
    expect(evidence).toContainEqual(expect.stringMatching(/of CronJob report-generator/));
    const texts = evidence.map((text) => text.replace(/ \((strong|weak|medium)\)$/, ''));
    expect(new Set(texts).size).toBe(evidence.length);
    expect(report.ordersFailed).toBeGreaterThan(0);
    expect(report.ordersPlaced).toBeGreaterThan(0);

    const { alertToThreadMs, alertToCauseMs, alertToRecoveredMs } = report.timings;
    expect(alertToThreadMs).toBeLessThan(15_000);
    expect(alertToCauseMs).toBeLessThan(60_000);
    expect(alertToRecoveredMs).toBeLessThan(120_000);

    // Steps for other causes are passed by, and what has nothing to do is skipped.
    const run = report.steps.filter(({ decision }) => decision !== 'skipped');
    expect(run.map(({ kind, decision, verdict }) => [kind, decision, verdict])).toEqual([
      ['postgres.diagnose', 'run', 'passed'],
      ['postgres.list-queries', 'run', 'passed'],
      ['kubernetes.suspend-cronjob', 'run', 'passed'],
      ['postgres.kill-queries', 'run', 'passed'],
      ['recovery.watch', 'run', 'passed'],
      ['kubernetes.resume-cronjob', 'run', 'passed'],
    ]);
    for (const step of run) {
      expect(step).toMatchObject({ by: 'Anna (on call)', outcome: expect.any(String) });
      for (const ms of [step.waitedMs, step.executedMs, step.verifiedMs]) expect(ms).not.toBeNull();
    }
    const [kill] = ofKind(report, 'postgres.kill-queries');
    expect(kill).toMatchObject({
      outcome: expect.stringMatching(/8 sessions/),
      evidence: expect.stringMatching(/nothing came back/),
      warnings: [],
    });
    expect(told).toContain('It is 14:00 in Seoul');
  },
);

test(
  'the wrong order: the kill respawns, Firebreak says so before and after, and the second kill holds',
  TIMEOUT,
  async () => {
    const { report } = await drill(['--wrong-order']);
    expect(report.cause).toMatchObject({ culprit: 'CronJob analytics/report-generator' });
    expect(report.respawnsAfterKill).toBeGreaterThan(0);

    const kills = ofKind(report, 'postgres.kill-queries');
    const [first] = kills;
    expect(first).toMatchObject({ decision: 'run', verdict: 'failed' });
    expect(first?.evidence).toMatch(/respawned: \d+ new sessions? of CronJob analytics\/report-generator/);
    expect(first?.warnings).toContainEqual(expect.stringMatching(/armed|start.*again/i));
    expect(kills.at(-1)).toMatchObject({
      decision: 'run',
      verdict: 'passed',
      evidence: expect.stringMatching(/nothing came back/),
      warnings: [],
    });
    expect(kills.length).toBeGreaterThan(1);

    const suspensions = ofKind(report, 'kubernetes.suspend-cronjob');
    expect(suspensions[0]).toMatchObject({ decision: 'skipped', verdict: null });
    expect(suspensions.at(-1)).toMatchObject({ decision: 'run', verdict: 'passed' });
    expect(report.timings.alertToRecoveredMs).not.toBeNull();
  },
);
