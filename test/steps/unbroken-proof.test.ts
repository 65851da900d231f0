import { describe, expect, it } from 'vitest';
import { step } from '../../src/steps/postgres/kill-queries.ts';
import { step as terminateIdle } from '../../src/steps/postgres/terminate-idle.ts';
import { step as watch } from '../../src/steps/recovery/watch.ts';
import { readFixtures } from '../support/diagnosis-fixtures.ts';
import { cluster, cronJob, outage, session, snapshot } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

const away = fault('database-unreachable', 'orders cannot be reached.');
const params = { proofSeconds: 10 };

/** Two reports of a CronJob that is suspended: the proof that they stay away takes ten seconds. */
const reports = (): World =>
  createWorld({
    snapshot: outage({ onCpu: 2, sessions: [session(1000), session(1001)] }),
    cluster: cluster({ cronJobs: [cronJob({ suspended: true })], jobs: [] }),
  });

/** The clock is set once, in the middle of the proof. */
function setClockOnce(world: World, seconds: number): void {
  world.onTick = () => {
    world.onTick = () => undefined;
    world.setClock(seconds);
  };
}

describe('the proof that nothing came back', () => {
  it('does not count the time in which the server could not be read', async () => {
    const world = reports();
    world.onTick = (seconds) => {
      if (seconds < 10) world.faults.set('snapshot', away);
      else world.faults.delete('snapshot');
    };
    const { verdict } = await runStep(world, step, { params });
    expect(verdict.evidence).toBe('2 sessions ended and nothing came back within 10 s.');
    expect(world.seconds()).toBe(20);
  });

  it('does not hold when the server can be read now and then only', async () => {
    const world = reports();
    world.onTick = (seconds) => {
      if (seconds % 4 === 2) world.faults.delete('snapshot');
      else world.faults.set('snapshot', away);
    };
    const { verdict } = await runStep(world, step, { params });
    expect(verdict).toMatchObject({ status: 'inconclusive', milestone: null });
    expect(world.seconds()).toBeLessThanOrEqual(40);
  });

  it('takes as long when the clock is set forward in its middle', async () => {
    const world = reports();
    setClockOnce(world, 3600);
    const { verdict } = await runStep(world, step, { params });
    expect(verdict.status).toBe('passed');
    expect(world.seconds() - 3600).toBeGreaterThanOrEqual(10);
  });

  it('takes hardly longer when the clock is set back in its middle', async () => {
    const world = reports();
    setClockOnce(world, -3600);
    const { verdict } = await runStep(world, step, { params });
    expect(verdict.status).toBe('passed');
    expect(world.seconds() + 3600).toBeLessThanOrEqual(14);
  });
});

it('a cancel has its time, and no hour more, when the clock is set back meanwhile', async () => {
  const world = reports();
  world.manners.set(1000, 'ignores cancel');
  setClockOnce(world, -3600);
  await runStep(world, step, { params });
  expect(world.changes).toEqual(['cancel 1000', 'cancel 1001', 'terminate 1000']);
  expect(world.seconds() + 3600).toBeLessThanOrEqual(30);
});

describe('the watch over a recovery', () => {
  it('is not given up when the clock is set forward', async () => {
    const world = createWorld({ snapshot: outage() });
    let looks = 0;
    world.onTick = () => {
      looks += 1;
      if (looks === 1) world.setClock(7200);
      if (looks === 3) world.snapshot = snapshot();
    };
    const { verdict } = await runStep(world, watch);
    expect(verdict.evidence).toBe('5 quiet samples in a row after 14 s.');
  });

  it('is given up in time when the clock is set back', async () => {
    const world = createWorld({ snapshot: outage() });
    setClockOnce(world, -3600);
    const { verdict } = await runStep(world, watch, { params: { timeoutMinutes: 1 } });
    expect(verdict.evidence).toContain('Not recovered after 1m00s');
    expect(world.seconds() + 3600).toBe(60);
  });
});

it('the slots of ended sessions are free only as far as the server could be read', async () => {
  const { snapshot: leak, cluster: owners } =
    readFixtures().find(({ name }) => name === 'connection-leak')?.facts ?? {};
  if (leak === undefined || owners === undefined) throw new Error('There is no such fixture.');
  const world = createWorld({ snapshot: leak, cluster: owners });
  world.onTick = (seconds) => {
    if (seconds % 4 === 2) world.faults.delete('snapshot');
    else world.faults.set('snapshot', away);
  };
  const { verdict } = await runStep(world, terminateIdle, { params: { idleSeconds: 10, proofSeconds: 10 } });
  expect(verdict).toMatchObject({ status: 'inconclusive', milestone: null });
});
