import { describe, expect, it } from 'vitest';
import { step } from '../../src/steps/recovery/watch.ts';
import { outage, replica, snapshot, standby as standbyOf } from '../support/fixtures.ts';
import { createWorld, fault, runStep } from '../support/ports.ts';

const standby = (replayBytes: number, replyAgeSeconds = 0.1) =>
  standbyOf({ applicationName: 'standby1', replayBytes, replaySeconds: 1, replyAgeSeconds });

describe('recovery.watch', () => {
  it('says recovered after five quiet samples in a row, with the lines for a chart', async () => {
    const world = createWorld({ snapshot: outage({ standbys: [standby(1e9)] }) });
    world.onTick = (seconds) => {
      if (seconds >= 6) world.snapshot = snapshot({ standbys: [standby(0)] });
    };
    const { verdict, outcome } = await runStep(world, step);
    expect(outcome.summary).toContain('Still high at the start');
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'recovered' });
    expect(world.seconds()).toBe(14);
    expect(verdict.series.map(({ name, points }) => [name, points.length])).toEqual([
      ['on-CPU sessions', 8],
      ['active sessions', 8],
      ['slots used', 8],
      ['replication lag', 8],
    ]);
    expect(world.progress.at(0)?.text).toContain('25.0 on-CPU sessions for each core');
  });

  it('starts the count anew after a relapse', async () => {
    const world = createWorld();
    world.onTick = (seconds) => {
      world.snapshot = seconds === 6 ? outage() : snapshot();
    };
    const { verdict } = await runStep(world, step);
    expect(verdict.status).toBe('passed');
    expect(verdict.evidence).toContain('relapsed once');
    expect(world.seconds()).toBe(16);
  });

  it('fails at the timeout with what is still high', async () => {
    const world = createWorld({ snapshot: outage() });
    const { verdict } = await runStep(world, step, { params: { timeoutMinutes: 1 } });
    expect(verdict).toMatchObject({ status: 'failed', milestone: null });
    expect(verdict.evidence).toContain('slots 74 % (below 70 % wanted)');
    expect(world.seconds()).toBe(60);
  });

  it('does not wait for a base backup, which is sent like a standby and replays nothing', async () => {
    const backup = standbyOf({ applicationName: 'pg_basebackup', kind: 'backup', replayBytes: null });
    const world = createWorld({
      snapshot: snapshot({ standbys: [standby(0), backup] }),
      replicas: [replica()],
    });
    const { verdict } = await runStep(world, step);
    expect(verdict).toMatchObject({ status: 'passed', milestone: 'recovered' });
  });

  it.each([
    [
      'a silent standby',
      { snapshot: snapshot({ standbys: [standby(0, 60)] }) },
      'standby standby1 is silent',
    ],
    [
      'a standby that is missing',
      {
        replicas: [replica({ replica: 'r1' })],
      },
      '1 of 1 standbys not connected',
    ],
    [
      'a standby that is missing while a backup is taken',
      {
        replicas: [replica({ replica: 'r1' })],
        snapshot: snapshot({ standbys: [standbyOf({ kind: 'backup', replayBytes: 0 })] }),
      },
      '1 of 1 standbys not connected',
    ],
  ])('does not take %s for quiet', async (_name, parts, text) => {
    const { verdict } = await runStep(createWorld(parts), step, { params: { timeoutMinutes: 0.2 } });
    expect(verdict.status).toBe('failed');
    expect(verdict.evidence).toContain(text);
  });

  it('does not take an unreadable primary for quiet', async () => {
    const world = createWorld();
    world.faults.set('snapshot', fault('database-unreachable', 'orders cannot be reached.'));
    const { verdict } = await runStep(world, step, { params: { timeoutMinutes: 0.2 } });
    expect(verdict.evidence).toContain('orders cannot be reached');
  });

  it('judges the CPU by the metric when the cores are unknown, and says so when there is neither', async () => {
    const blind = await runStep(createWorld({ snapshot: snapshot({ cores: null }) }), step);
    expect(blind.verdict.evidence).toContain('Not judged: CPU');
    const cpu = { value: 0.97, at: '2024-11-15T14:38:00Z', source: 'Prometheus' };
    const high = await runStep(createWorld({ snapshot: snapshot({ cores: null }), cpu }), step, {
      params: { timeoutMinutes: 0.2 },
    });
    expect(high.verdict.evidence).toContain('CPU 97 %');
  });
});
