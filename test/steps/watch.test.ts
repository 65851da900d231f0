import { describe, expect, it } from 'vitest';
import type { Session, Snapshot } from '../../src/domain/snapshot.ts';
import { step as diagnose } from '../../src/steps/postgres/diagnose.ts';
import { step } from '../../src/steps/recovery/watch.ts';
import { fixtureFacts } from '../support/diagnosis-fixtures.ts';
import { makeOutcome, makePlan, makeTarget } from '../support/domain.ts';
import { outage, replica, session, snapshot, standby as standbyOf } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

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
      ['waiting for a lock', 8],
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

  it('does not take a paused replay for quiet, though nothing is behind yet', async () => {
    const world = createWorld({
      snapshot: snapshot({ standbys: [standbyOf()] }),
      replicas: [replica({ replayPaused: true })],
    });
    const { verdict } = await runStep(world, step, { params: { timeoutMinutes: 0.2 } });
    expect(verdict.evidence).toContain('replay on replica-1 is paused');
  });

  it('takes a standby that is late on purpose for quiet, and not one that merely is', async () => {
    const behind = snapshot({ standbys: [standbyOf({ replayBytes: 1e9 })] });
    const late = createWorld({ snapshot: behind, replicas: [replica({ applyDelaySeconds: 3600 })] });
    expect((await runStep(late, step)).verdict.status).toBe('passed');
    const { verdict } = await runStep(createWorld({ snapshot: behind, replicas: [replica()] }), step, {
      params: { timeoutMinutes: 0.2 },
    });
    expect(verdict.evidence).toContain('standby replica-1 954 MB behind');
  });

  it('counts a relapse of the lag, and no backup as a standby', async () => {
    const backup = standbyOf({ applicationName: 'pg_basebackup', kind: 'backup', replayBytes: null });
    const world = createWorld({
      snapshot: snapshot({ standbys: [standbyOf(), backup] }),
      replicas: [replica()],
    });
    world.onTick = (seconds) => {
      const replayBytes = seconds === 4 ? 1e9 : 0;
      world.snapshot = snapshot({ standbys: [standbyOf({ replayBytes }), backup] });
    };
    const { verdict } = await runStep(world, step);
    expect(verdict.evidence).toContain('relapsed once');
    const gone = createWorld({ snapshot: snapshot({ standbys: [backup] }), replicas: [replica()] });
    const missing = await runStep(gone, step, { params: { timeoutMinutes: 0.2 } });
    expect(missing.verdict.evidence).toContain('1 of 1 standbys not connected');
  });

  it('waits until a slot keeps less, where the runbook asks for it', async () => {
    const slot = {
      name: 'cdc',
      type: 'logical',
      active: true,
      walStatus: 'extended',
      retainedBytes: 3e9,
      safeBytes: null,
      inactiveSeconds: null,
      plugin: 'pgoutput',
      database: 'orders',
      consumer: null,
      xminAge: null,
      invalidatedBy: null,
    };
    const world = createWorld({ snapshot: snapshot({ slotsRetaining: [slot] }) });
    expect((await runStep(world, step)).verdict.status).toBe('passed');
    const { verdict } = await runStep(world, step, {
      params: { timeoutMinutes: 0.2, slotRetainedBytesBelow: 1e9 },
    });
    expect(verdict.evidence).toContain('slot cdc keeps 2.8 GB of log');
  });

  it('says which replica it could not read, and is quiet by what the primary sees', async () => {
    const world = createWorld({ snapshot: snapshot({ standbys: [standbyOf()] }), replicas: [replica()] });
    world.faults.set('replicaStatus', fault('database-unreachable', 'It cannot be reached.'));
    const { verdict } = await runStep(world, step);
    expect(verdict).toMatchObject({ status: 'passed' });
    expect(verdict.evidence).toContain('Not judged: replica replica-1 could not be read');
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

  describe('with a contract for the cause', () => {
    const short = { params: { timeoutMinutes: 0.2 } };
    /** A run that has diagnosed what the world shows. */
    async function diagnosed(world: World) {
      return await runStep(world, diagnose);
    }
    const calmWith = (sessions: Session[], parts = {}) => snapshot({ sessions, cores: 64, ...parts });

    it('waits for root sessions that are still in the transaction of the diagnosis', async () => {
      const world = createWorld({ snapshot: outage() });
      const earlier = [await diagnosed(world)];
      const root = session(1001, { age: 121, waitEventType: 'IO', waitEvent: 'DataFileRead' });
      world.snapshot = calmWith([root]);
      const { plan, verdict } = await runStep(world, step, { ...short, earlier });
      expect(plan.commands.map(({ text }) => text)).toContain(
        'no root session in the transaction of the diagnosis',
      );
      expect(verdict).toMatchObject({ status: 'failed' });
      expect(verdict.evidence).toContain(
        '1 root session of the diagnosis still in the same transaction (pid 1001)',
      );
      world.snapshot = calmWith([{ ...root, transactionSeconds: 0.1, stateSeconds: 0.1 }]);
      expect((await runStep(world, step, { ...short, earlier })).verdict.status).toBe('passed');
      world.snapshot = calmWith([root]);
      expect((await runStep(world, step, short)).verdict.status).toBe('passed');
    });

    it('does not wait for a root session that a person spared', async () => {
      const world = createWorld({ snapshot: outage() });
      const first = await diagnosed(world);
      const root = session(1001, { age: 121, waitEventType: 'IO', waitEvent: 'DataFileRead' });
      const target = (one: Session, selected = true) => ({
        ...makeTarget(String(one.pid)),
        selected,
        identity: {
          session: {
            serverStart: one.serverStart,
            pid: one.pid,
            backendStart: one.backendStart,
            xactStart: one.xactStart,
            queryStart: one.queryStart,
          },
        },
      });
      const plan = makePlan({ targets: [target(root), target(session(1002, { age: 121 }))] });
      const killed = { ...first, stepId: 'kill', plan, outcome: makeOutcome() };
      const sparing = { ...killed, selection: { targets: ['1002'], choices: {} } };
      const whole = { ...killed, selection: { targets: ['1001', '1002'], choices: {} } };
      world.snapshot = calmWith([root]);
      const earlier = [first, sparing];
      expect((await runStep(world, step, { ...short, earlier })).verdict.status).toBe('passed');
      const still = await runStep(world, step, { ...short, earlier: [first, whole] });
      expect(still.verdict.status).toBe('failed');
    });

    it('waits for nothing that the diagnosis was not sure of', async () => {
      const world = createWorld({ snapshot: calmWith([session(1, { age: 90 })]) });
      const first = await diagnosed(world);
      expect(first.outcome.causes[0]?.rootSessions).toHaveLength(1);
      expect((await runStep(world, step, { ...short, earlier: [first] })).verdict.status).toBe('passed');
    });

    it.each([
      [
        'plan-flip',
        'run the statement',
        (facts: Snapshot): Partial<Snapshot> => ({ sessions: facts.sessions }),
      ],
      [
        'contention',
        'sessions queue inside PostgreSQL',
        (facts: Snapshot): Partial<Snapshot> => ({ waits: facts.waits }),
      ],
    ])('for %s waits for what the server’s numbers do not show', async (name, text, left) => {
      const facts = fixtureFacts(name);
      const world = createWorld({ snapshot: facts.snapshot, cluster: facts.cluster });
      world.statements = [...(facts.statements ?? [])];
      const first = await diagnosed(world);
      expect(first.outcome.causes[0]?.kind).toBe(name);
      const others = left(facts.snapshot);
      // Other backends than the roots: the next callers of the same.
      const sessions = (others.sessions ?? []).map((one) => ({ ...one, pid: one.pid + 50_000 }));
      world.snapshot = calmWith([], { ...others, sessions });
      const { verdict } = await runStep(world, step, { ...short, earlier: [first] });
      expect(verdict.evidence).toContain(text);
      world.snapshot = calmWith([]);
      expect((await runStep(world, step, { ...short, earlier: [first] })).verdict.status).toBe('passed');
    });
  });

  it('for row locks waits for an idle transaction that wrote, not for one that only reads', async () => {
    const facts = fixtureFacts('row-lock-convoy');
    const world = createWorld({ snapshot: facts.snapshot, cluster: facts.cluster });
    const first = await runStep(world, diagnose);
    expect(first.outcome.causes[0]?.kind).toBe('row-lock-convoy');
    const idle = session(77, { state: 'idle in transaction', age: 90 });
    const run = async (writes: boolean) => {
      world.snapshot = snapshot({ sessions: [{ ...idle, writes }], cores: 64 });
      return await runStep(world, step, { params: { timeoutMinutes: 0.2 }, earlier: [first] });
    };
    expect((await run(true)).verdict.evidence).toContain('1 transaction that wrote idle for over 1m00s');
    expect((await run(false)).verdict.status).toBe('passed');
  });

  describe('with objectives of the service', () => {
    const objective = { name: 'orders waiting', query: 'max(order_queue_length)', limit: { below: 100 } };

    it('goes on while the database is well and the backlog is not', async () => {
      const world = createWorld();
      world.objectives = [{ objective, value: 5000 }];
      world.onTick = (seconds) => {
        if (seconds >= 20) world.objectives = [{ objective, value: 12 }];
      };
      const { plan, verdict } = await runStep(world, step);
      expect(plan.commands.at(-1)).toMatchObject({
        label: 'And in the metrics: orders waiting below 100',
        text: 'max(order_queue_length)',
      });
      expect(world.progress[0]?.text).toContain('orders waiting is 5000 (orders waiting below 100 wanted)');
      expect(verdict.status).toBe('passed');
      expect(world.seconds()).toBe(28);
    });

    it('takes an objective that has no value, or cannot be read, for missed', async () => {
      const world = createWorld();
      world.objectives = [{ objective: { ...objective, limit: { above: 0.99 } }, value: null }];
      const blank = await runStep(world, step, { params: { timeoutMinutes: 0.1 } });
      expect(blank.verdict.evidence).toContain(
        'orders waiting has no value (orders waiting above 0.99 wanted)',
      );
      world.faults.set('measure', fault('prometheus-unreachable', 'Prometheus cannot be reached.'));
      const unread = await runStep(world, step, { params: { timeoutMinutes: 0.1 } });
      expect(unread.verdict.evidence).toContain('could not be read: Prometheus cannot be reached.');
    });
  });
});
