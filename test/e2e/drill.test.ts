import { expect, test } from 'vitest';
import { drill, ofKind } from './whole-drill.ts';

test('the wrong order: the kill respawns, Firebreak says so before and after, and the second kill holds', {
  timeout: 360_000,
}, async () => {
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
});
