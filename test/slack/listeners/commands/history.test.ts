import { expect, test } from 'vitest';
import type { RecentIncident } from '../../../../src/engine/desk.ts';
import { ALICE, AT, attempt, cause, view } from '../../fixtures.ts';
import { calls, fault, told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

const decision = { by: ALICE, at: AT, selection: { targets: [], choices: {} } };

function recent(id: string, over: Partial<RecentIncident> = {}): RecentIncident {
  const { incident } = view([attempt('kill', 'passed', { decision })], {
    status: 'closed',
    closedAt: '2026-11-15T14:46:00.000Z',
    causes: [cause()],
  });
  return { id, database: 'orders', title: 'Pool exhausted', openedAt: AT, incident, ...over };
}

test('tells duration, cause with its culprit, and who decided; also what retention has removed', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'history');
  await told(rig.sandbox, 'U0ALICE', /There has been no incident yet/);
  rig.desk.recent = [recent('INC-2'), recent('INC-1', { incident: null })];
  await type(rig.sandbox, 'U0ALICE', 'history');
  const blocks = await told(rig.sandbox, 'U0ALICE', /The last 2 incidents/);
  expect(blocks).toMatch(
    /INC-2.*lasted 23m00s.*analytics\/report-generator.*Decided by.*"user_id":"U0ALICE"/,
  );
  expect(blocks).toMatch(/INC-1.*its content was removed/);
});

test('tells what the incidents have in common: how long each turn takes, and who was behind it again', async () => {
  const rig = await startRig();
  const after = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();
  const one = (id: string, minutes: number) =>
    recent(id, {
      incident: { ...recent(id).incident, recoveredAt: after(minutes) } as RecentIncident['incident'],
    });
  rig.desk.recent = [one('INC-3', 4), one('INC-2', 6), one('INC-1', 20)];
  await type(rig.sandbox, 'U0ALICE', 'history');
  const blocks = await told(rig.sandbox, 'U0ALICE', /The last 3 incidents/);
  expect(blocks).toContain('Median of 3');
  expect(blocks).toContain('recovered after 6m00s');
  expect(blocks).toContain('CronJob analytics/report-generator was behind 3 of these 3.');
  expect(blocks).toMatch(/INC-1.*ecovered after 20m00s/);
});

test('of one database', async () => {
  const rig = await startRig();
  rig.desk.recent = [recent('INC-2', { database: 'billing' }), recent('INC-1')];
  await type(rig.sandbox, 'U0ALICE', 'history orders');
  expect(await told(rig.sandbox, 'U0ALICE', /The last incident of orders(?!,)/)).not.toContain('INC-2');
  await type(rig.sandbox, 'U0ALICE', 'history ordres');
  await told(rig.sandbox, 'U0ALICE', /Did you mean orders\?/);
});

test('drills are told beside the incidents, and both come as a picture after the answer', async () => {
  const rig = await startRig({ charts: { png: async () => new Uint8Array([137, 80, 78, 71]) } });
  const by = { kind: 'person', id: 'ann', name: 'ann', via: 'terminal' } as const;
  const drill = { scenario: 'outage', ok: true, problems: [], recoverySeconds: 71, version: '0.1.0', by };
  rig.drills.push(
    { ...drill, ok: false, at: '2026-11-01T10:00:00.000Z' },
    { ...drill, at: '2026-11-08T10:00:00.000Z' },
  );
  rig.desk.recent = [recent('INC-1')];
  await type(rig.sandbox, 'U0ALICE', 'history');
  await told(rig.sandbox, 'U0ALICE', /Of 2 drills 1 passed; recovered after 1m11s/);
  const picture = await told(rig.sandbox, 'U0ALICE', /"type":"image"/);
  expect(picture).toContain('Drill outage on 2026-11-01: FAILED');

  // Without the scope for files the text stays, and nobody is told of a defect.
  await fault(rig.sandbox, { method: 'files.getUploadURLExternal', error: 'missing_scope', times: 1 });
  await type(rig.sandbox, 'U0ALICE', 'history');
  await expect.poll(async () => (await calls(rig.sandbox, 'files.getUploadURLExternal')).length).toBe(2);
  expect(rig.defects).toEqual([]);
});
