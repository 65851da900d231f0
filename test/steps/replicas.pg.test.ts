import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as cancel } from '../../src/steps/postgres/cancel-on-replica.ts';
import { step as resume } from '../../src/steps/postgres/resume-replay.ts';
import type { StepKind } from '../../src/steps/step-kind.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { run } from '../adapters/postgres/support.ts';
import { type ReplicaScene, startReplicaScene } from '../support/replica-scene.ts';

const dashboards = { user: 'dashboards', application: 'dashboards', address: '127.0.6.1' };
const audit = { user: 'audit', application: 'audit', address: '127.0.6.2' };

let scene: ReplicaScene;
beforeAll(async () => {
  scene = await startReplicaScene();
});
afterAll(() => scene[Symbol.asyncDispose]());
afterEach(() => scene.calm());

/** Plans, decides as proposed, acts and measures, on the real servers and in real time. */
async function play(kind: StepKind) {
  const ctx = {
    ...scene.context(),
    clock: systemClock,
    guard: {
      protectedRoles: [],
      protectedApplications: null,
      protectedAddresses: [],
      minimumAgeSeconds: 0,
    },
  };
  const plan = await kind.plan(ctx, {});
  const selection = proposedSelection(plan);
  const differs = await kind.recheck(ctx, plan, selection);
  const outcome = await kind.execute(ctx, plan, selection);
  return { plan, differs, outcome, verdict: await kind.verify(ctx, plan, selection, outcome) };
}

it('cancels the query that blocks replay on the replica, leaves the later one alone, and sees replay go on', {
  timeout: 90_000,
}, async () => {
  const blocking = await scene.client(dashboards);
  const ended = run(blocking, 'select pg_sleep(300), (select count(*) from ledger)');
  await eventually('it holds a snapshot', async () => {
    const { sessions } = await scene.databases.snapshot('shop', 'replica-1', new AbortController().signal);
    return sessions.some(
      ({ applicationName, snapshotAge }) => applicationName === 'dashboards' && snapshotAge !== null,
    );
  });
  await scene.asSuperuser('delete from ledger where id % 3 = 0');
  await scene.replayed();
  const later = await scene.client(audit);
  const spared = run(later, 'select pg_sleep(300), (select count(*) from ledger)');
  await scene.asSuperuser('vacuum ledger');
  await scene.write(20);
  await eventually('replay is behind', async () => ((await scene.status()).replayBytes ?? 0) > 17e6);

  const { plan, differs, verdict } = await play(cancel);
  expect(plan.targets.map(({ label, selected }) => [label.split(' · ')[1], selected])).toEqual([
    ['dashboards', true],
    ['audit', false],
  ]);
  expect(differs).toEqual([]);
  expect(await ended).toBe('57014');
  expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  expect(verdict.evidence).toMatch(/Replay on replica-1 goes on: \d+ MB were replayed/);
  await scene.replayed();
  const { sessions } = await scene.databases.snapshot('shop', 'replica-1', new AbortController().signal);
  expect(sessions.map(({ applicationName }) => applicationName)).toEqual(['audit']);
  void spared;
});

it('resumes exactly the pause that it read, once its role may, and sees replay go on', {
  timeout: 90_000,
}, async () => {
  await scene.asSuperuser('select pg_wal_replay_pause()', 'replica');
  await scene.write(5);
  await eventually('something waits', async () => ((await scene.status()).replayBytes ?? 0) > 4e6);
  expect(await scene.status()).toMatchObject({
    replayPaused: true,
    replayWait: { event: 'RecoveryPause' },
    mayResume: false,
    role: 'bot',
    connectedTo: 'appdb',
  });
  await expect(play(resume)).rejects.toMatchObject({ code: 'database-permission' });

  // Granted on the primary, the right is stuck behind the very pause that it is to end.
  await scene.asSuperuser('grant execute on function pg_wal_replay_resume() to bot');
  expect((await scene.status()).mayResume).toBe(false);
  await scene.asSuperuser('select pg_wal_replay_resume()', 'replica');
  await scene.replayed();
  await scene.asSuperuser('select pg_wal_replay_pause()', 'replica');
  await scene.write(5);
  await eventually('something waits again', async () => {
    const status = await scene.status();
    return status.mayResume && (status.replayBytes ?? 0) > 4e6;
  });

  const { replica: _name, ...before } = { ...(await scene.status()), replica: 'replica-1' };
  const signal = new AbortController().signal;
  const elsewhere = { startedAt: before.startedAt, replayPosition: (before.replayPosition ?? 0) - 8 };
  expect(await scene.databases.resumeReplay('shop', 'replica-1', elsewhere, signal)).toBe('refused:moved');
  const other = { startedAt: '2024-11-15 14:00:00+00', replayPosition: before.replayPosition ?? 0 };
  expect(await scene.databases.resumeReplay('shop', 'replica-1', other, signal)).toBe(
    'refused:server_changed',
  );
  expect(await scene.databases.resumeReplay('shop', 'primary', elsewhere, signal)).toMatch(/^refused:/);
  expect((await scene.status()).replayPaused).toBe(true);

  const { plan, verdict } = await play(resume);
  expect(plan.commands[0]?.text).toContain(`<> ${before.replayPosition}::numeric`);
  expect(verdict).toMatchObject({ status: 'passed' });
  expect(verdict.evidence).toMatch(/[kM]B were replayed/);
  const now = { startedAt: before.startedAt, replayPosition: before.replayPosition ?? 0 };
  expect(await scene.databases.resumeReplay('shop', 'replica-1', now, signal)).toBe('refused:not_paused');
});
