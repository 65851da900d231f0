import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { Session } from '../../src/domain/snapshot.ts';
import { step } from '../../src/steps/postgres/end-blockers.ts';
import { fixtureFacts } from '../support/diagnosis-fixtures.ts';
import { session } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

/** The world of a fixture that was recorded from a real server, ten seconds later: nobody is too young to be ended. */
function recorded(name: string): World {
  const { snapshot, cluster } = fixtureFacts(name);
  const later = (seconds: number | null) => (seconds === null ? null : seconds + 10);
  const sessions = snapshot.sessions.map((one) => ({
    ...one,
    transactionSeconds: later(one.transactionSeconds),
    stateSeconds: later(one.stateSeconds),
  }));
  return createWorld({ snapshot: { ...snapshot, sessions }, cluster });
}

function named(world: World, application: string): Session {
  const found = world.snapshot.sessions.find(({ applicationName }) => applicationName === application);
  if (found === undefined) throw new Error(`no session of ${application}`);
  return found;
}

/** Everybody who waited has gone on. */
function drain(world: World): void {
  const waiters = new Set(world.snapshot.lockWaiters.map(({ pid }) => pid));
  world.snapshot = {
    ...world.snapshot,
    sessions: world.snapshot.sessions.filter(({ pid }) => !waiters.has(pid)),
    groups: world.snapshot.groups.map((group) => ({ ...group, lockWaiting: 0 })),
    lockWaiters: [],
    lockRequests: [],
    waits: [],
  };
}

describe('postgres.end-blockers', () => {
  it('cancels the schema change; the report before it, the nine behind it and the idle BI session are left alone', async () => {
    const world = recorded('lock-queue');
    const plan = await step.plan(world.context(), {});
    expect(plan.targets.map(({ id, selected }) => [id.split('/')[0], selected])).toEqual([
      [String(named(world, 'flyway').pid), true],
    ]);
    expect(plan.summary).toBe(
      'Cancel the statement at the head of the lock queue on orders; whoever waits for it goes on.',
    );
    expect(plan.excluded.map(({ label }) => label)).toContain('9 sessions waiting for a lock');
    world.onTick = () => drain(world);
    const { outcome, verdict } = await runStep(world, step);
    expect(world.changes).toEqual([`cancel ${plan.targets[0]?.id.split('/')[0]}`]);
    expect(outcome.done).toHaveLength(1);
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
    expect(verdict.evidence).toContain('nobody waits for locks, and no queue formed again within 10 s');
  });

  it('terminates the idle transaction at once, and never who waits for it', async () => {
    const world = recorded('idle-in-transaction');
    const { pid } = named(world, 'cart-api');
    world.onTick = () => drain(world);
    const { plan, verdict } = await runStep(world, step);
    expect(world.changes).toEqual([`terminate ${pid}`]);
    expect(plan.summary).toContain('Terminate the idle transaction');
    expect(verdict.status).toBe('passed');
  });

  it('looks for as long as it says when the clock is set forward meanwhile', async () => {
    const world = recorded('lock-queue');
    world.onTick = () => {
      drain(world);
      world.onTick = () => undefined;
      world.setClock(3600);
    };
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('passed');
    expect(world.seconds() - 3600).toBeGreaterThanOrEqual(10);
  });

  it('fails while a queue stays, and says what the diagnosis finds at its head now', async () => {
    const world = recorded('idle-in-transaction');
    const { plan, verdict } = await runStep(world, step, { params: { drainSeconds: 5, proofSeconds: 4 } });
    expect(plan.targets).toHaveLength(1);
    expect(verdict).toMatchObject({ status: 'failed', milestone: null });
    expect(verdict.evidence).toContain(
      '8 sessions still wait for locks although those at the head have ended',
    );
    expect(world.seconds()).toBeGreaterThanOrEqual(9);
  });

  it('sees at once that the schema change came back, and who has to be stopped', async () => {
    const world = recorded('lock-queue');
    const first = named(world, 'flyway');
    world.onTick = () => {
      if (world.snapshot.sessions.some(({ pid }) => pid === 4242)) return;
      const next = { ...first, pid: 4242, stateSeconds: 3, transactionSeconds: 3 };
      const renamed = (pid: number) => (pid === first.pid ? next.pid : pid);
      const { sessions, lockWaiters, lockRequests } = world.snapshot;
      world.snapshot = {
        ...world.snapshot,
        sessions: [...sessions, next],
        lockWaiters: lockWaiters.map((one) => ({
          pid: renamed(one.pid),
          blockers: one.blockers.map(renamed),
        })),
        lockRequests: lockRequests.map((one) => ({ ...one, pid: renamed(one.pid) })),
      };
    };
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('failed');
    expect(verdict.evidence).toContain('It came back: pid 4242 of flyway');
    expect(world.seconds()).toBeLessThan(10);
  });

  it('does not take the next ordinary transaction for the idle one that it ended', async () => {
    const world = recorded('idle-in-transaction');
    const first = named(world, 'cart-api');
    world.onTick = (seconds) => {
      const { sessions } = world.snapshot;
      const next = { ...first, pid: 4242, stateSeconds: 0.1, transactionSeconds: 0.2 };
      if (seconds <= 4 && !sessions.some(({ pid }) => pid === 4242))
        world.snapshot = {
          ...world.snapshot,
          sessions: [...sessions, next],
          lockWaiters: world.snapshot.lockWaiters.map((one) => ({ ...one, blockers: [4242] })),
        };
      if (seconds > 4) drain(world);
    };
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('passed');
  });

  it('has no session to end for a prepared transaction, and says the exact statement, its owner and its database', async () => {
    const world = recorded('prepared-transaction');
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain(
      `as cart_api or a superuser, in database appdb: ROLLBACK PREPARED 'xa_81:o''4411';`,
    );
    expect(plan.nothingToDo).not.toContain('billing');
    expect(plan.excluded.map(({ label }) => label)).toContain('6 sessions waiting for a lock');
  });

  it('cancels the schema change that waits for a wraparound vacuum, shows the vacuum as left alone, and how to speed it up', async () => {
    const world = recorded('anti-wraparound-vacuum');
    const [worker] = world.snapshot.autovacuumWorkers.filter(({ table }) => table === 'public.orders');
    const plan = await step.plan(world.context(), {});
    expect(plan.excluded).toContainEqual({
      label: `pid ${worker?.pid} · autovacuum of public.orders`,
      reason: expect.stringContaining('prevents wraparound'),
    });
    expect(plan.commands.map(({ text }) => text).join('\n')).toContain(
      'ALTER SYSTEM SET autovacuum_vacuum_cost_delay = 0',
    );
    world.onTick = () => drain(world);
    const { verdict } = await runStep(world, step);
    expect(world.changes).toEqual([`cancel ${named(recorded('anti-wraparound-vacuum'), 'flyway').pid}`]);
    expect(verdict.status).toBe('passed');
  });

  it('ends nobody of a crowd on one row, and says what helps instead', async () => {
    const world = recorded('row-lock-convoy');
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('Too many sessions of Deployment shop/checkout-api want the same row');
    expect(plan.nothingToDo).toContain('Let fewer sessions');
  });

  it('cancels the one transaction that keeps the row', async () => {
    const world = recorded('row-lock-convoy-kept');
    const { pid } = named(world, 'cart-api');
    world.onTick = () => drain(world);
    await runStep(world, step);
    expect(world.changes).toEqual([`cancel ${pid}`]);
  });

  it('shows a protected head of the queue with the reason, and does nothing', async () => {
    const world = recorded('idle-in-transaction');
    world.guard = { ...world.guard, protectedRoles: ['cart_api'] };
    const plan = await step.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('Firebreak may not end it: Role cart_api is protected.');
    expect(plan.excluded.map(({ reason }) => reason)).toContain('Role cart_api is protected.');
  });

  it('has nothing to do where nobody holds up others, whatever else is wrong', async () => {
    const plan = await step.plan(recorded('runaway-batch-query').context(), {});
    expect(plan.nothingToDo).toContain('nobody holds up the others');
    expect(plan.targets).toEqual([]);
  });

  it('re-checks that somebody still waits: ending it later would help nobody', async () => {
    const world = recorded('idle-in-transaction');
    const plan = await step.plan(world.context(), {});
    const selection = proposedSelection(plan);
    expect(await step.recheck(world.context(), plan, selection)).toEqual([]);
    drain(world);
    expect(await step.recheck(world.context(), plan, selection)).toEqual([
      expect.stringContaining('Nobody waits for pid'),
    ]);
  });

  it('offers, unselected, the idle transaction that the schema change waits for', async () => {
    const world = recorded('lock-queue');
    const { pid } = named(world, 'report-generator');
    world.snapshot = {
      ...world.snapshot,
      sessions: world.snapshot.sessions.map((one) =>
        one.pid === pid
          ? {
              ...session(pid, { age: 300 }),
              ...one,
              state: 'idle in transaction',
              waitEventType: 'Client',
              stateSeconds: 290,
            }
          : one,
      ),
    };
    const plan = await step.plan(world.context(), {});
    expect(plan.targets.map(({ label, selected }) => [label.split(' · ')[1], selected])).toEqual([
      ['flyway', true],
      ['report-generator', false],
    ]);
    expect(plan.targets[1]?.why).toContain('Not proposed');
  });

  it('is inconclusive when the server cannot be read afterwards', async () => {
    const world = recorded('lock-queue');
    world.onTick = () =>
      world.faults.set('snapshot', fault('database-unreachable', 'orders cannot be reached.'));
    const { verdict } = await runStep(world, step, { params: { drainSeconds: 2 } });
    expect(verdict).toMatchObject({ status: 'inconclusive', milestone: null });
  });
});
