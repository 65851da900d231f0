import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { ReplicaStatus } from '../../src/domain/replica.ts';
import { step } from '../../src/steps/postgres/resume-replay.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { pgTime, replica, snapshot, standby } from '../support/fixtures.ts';
import { createWorld, runStep, type World } from '../support/ports.ts';

const MB = 1024 * 1024;

function paused(parts: Partial<ReplicaStatus> = {}): World {
  return createWorld({
    snapshot: snapshot({ standbys: [standby({ replayBytes: 38 * MB })] }),
    replicas: [
      replica({
        replayPaused: true,
        replayBytes: 38 * MB,
        replaySeconds: 1080,
        replayPosition: 0x16_b374d848,
        replayWait: { type: 'IPC', event: 'RecoveryPause' },
        ...parts,
      }),
    ],
  });
}

describe('postgres.resume-replay', () => {
  it('says what a pause may be for before it resumes, and proves in bytes that replay goes on', async () => {
    const world = paused();
    const { plan, outcome, verdict } = await runStep(world, step);
    expect(plan.targets[0]?.facts).toContainEqual({ name: 'Place in the log', value: '16/B374D848' });
    expect(plan.warnings.join(' ')).toContain('It shows the state of 18m00s ago. Ask before you resume');
    expect(plan.warnings.join(' ')).toContain('has the deletions too');
    expect(plan.commands[0]?.text).toContain('firebreak:resume-replay');
    expect(world.changes).toEqual(['resume replay on replica-1']);
    expect(outcome.summary).toBe('Replay was resumed on replica-1.');
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
    expect(verdict.evidence).toContain('38 MB were replayed');
  });

  it('leaves a standby at its recovery target alone: resuming would promote it', async () => {
    const plan = await step.plan(paused({ recoveryTarget: 'recovery_target_name = before' }).context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('make it a primary');
  });

  it('leaves a standby with smaller parameters alone: resuming would shut it down', async () => {
    const world = paused();
    const own = snapshot({ server: 'replica-1', inRecovery: true });
    world.replicaSnapshots.set('replica-1', {
      ...own,
      wal: { ...own.wal, standbyParameters: { ...own.wal.standbyParameters, max_connections: 20 } },
    });
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('max_connections is 20, the primary has 80, so it would shut down');
  });

  it('does not offer what its role may not do: it says who may, and what to grant', async () => {
    const failed = await step
      .plan(paused({ mayResume: false }).context(), {})
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(FirebreakError);
    expect(failed).toMatchObject({ code: 'database-permission' });
    const next = (failed as FirebreakError).situation?.next.map(({ text }) => text) ?? [];
    expect(next[0]).toContain('firebreak:resume-replay');
    expect(next[1]).toBe('GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO "firebreak";');
  });

  it.each([
    ['was resumed by somebody', { replayPaused: false }, 'is not paused any more'],
    ['is another pause', { replayPosition: 1 }, 'is paused at another place in the log'],
    ['was restarted', { startedAt: pgTime(0) }, 'was restarted'],
    ['was promoted', { inRecovery: false }, 'is no standby any more'],
  ])('drifts when it %s, and changes nothing', async (_name, change, text) => {
    const world = paused();
    const ctx = world.context();
    const plan = await step.plan(ctx, {});
    world.replicas = world.replicas.map((one) => ({ ...one, ...change }));
    const differs = await step.recheck(ctx, plan, proposedSelection(plan));
    expect(differs.join(' ')).toContain(text);
    if (!('inRecovery' in change)) {
      await expect(step.execute(ctx, plan, proposedSelection(plan))).rejects.toBeInstanceOf(Drifted);
      expect(world.replicas[0]).toMatchObject(change);
    }
  });

  it('after a crash: done when it is not paused any more, unfinished while it is, for a person otherwise', async () => {
    const world = paused();
    const ctx = world.context();
    const plan = await step.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await step.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    world.replicas = world.replicas.map((one) => ({ ...one, replayPosition: 2 }));
    expect(await step.reconcile(ctx, plan, selection)).toMatchObject({ status: 'unknown' });
    world.replicas = world.replicas.map((one) => ({ ...one, replayPaused: false }));
    expect(await step.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
    expect(world.changes).toEqual([]);
  });

  it('does not pass when replay is paused again, or does not move', async () => {
    const again = paused();
    const ctx = again.context();
    const plan = await step.plan(ctx, {});
    const outcome = await step.execute(ctx, plan, proposedSelection(plan));
    again.replicas = again.replicas.map((one) => ({ ...one, replayPaused: true, replayBytes: MB }));
    const verdict = await step.verify(ctx, plan, proposedSelection(plan), outcome);
    expect(verdict).toMatchObject({ status: 'failed' });
    expect(verdict.evidence).toContain('Replay on replica-1 is paused');
  });

  it('has nothing to do where nothing is paused', async () => {
    const plan = await step.plan(createWorld({ replicas: [replica()] }).context(), {});
    expect(plan.nothingToDo).toContain('Replay is paused on no replica');
  });
});
