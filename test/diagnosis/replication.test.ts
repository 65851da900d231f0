import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import type { ReplicationSlot } from '../../src/domain/snapshot.ts';
import { factsOf, readFixtures } from '../support/diagnosis-fixtures.ts';
import { outage, replica, session, snapshot, standby } from '../support/fixtures.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;

/** The facts of a fixture that was taken from a real primary with a real replica. */
function fixture(name: string): DiagnosisFacts {
  const found = readFixtures().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found.facts;
}

const kinds = (facts: DiagnosisFacts) => diagnose(facts).map(({ kind }) => kind);
const causeOf = (facts: DiagnosisFacts, kind: string) => diagnose(facts).find((cause) => cause.kind === kind);

const slot = (parts: Partial<ReplicationSlot> = {}): ReplicationSlot => ({
  name: 'cdc',
  type: 'logical',
  active: false,
  walStatus: 'extended',
  retainedBytes: 3 * GB,
  safeBytes: null,
  inactiveSeconds: null,
  plugin: 'pgoutput',
  database: 'orders',
  consumer: null,
  xminAge: null,
  invalidatedBy: null,
  ...parts,
});

describe('lag beside an overloaded primary', () => {
  it('leaves the batch first, and still believes the conflict', () => {
    const conflict = fixture('replay-conflict');
    const causes = diagnose({ ...conflict, snapshot: outage(), cluster: factsOf({}).cluster });
    expect(causes[0]?.kind).toMatch(/^runaway-/);
    expect(causes.find(({ kind }) => kind === 'replay-conflict')?.confidence).toBe(0.5);
  });

  it('sees no cause on the standby when it merely replays what the batch wrote', () => {
    const facts = factsOf({
      snapshot: outage({ standbys: [standby({ replayBytes: GB, flushBytes: 40 * MB })] }),
      replicas: [replica({ replayBytes: GB, replaySeconds: 40, replayWait: null })],
      replicaSnapshots: [snapshot({ server: 'replica-1', inRecovery: true, onCpu: 1 })],
    });
    expect(kinds(facts).filter((kind) => kind.startsWith('repl'))).toEqual([]);
  });

  it('does not call a replica overloaded when the primary is too', () => {
    const overloaded = fixture('replica-overloaded');
    expect(kinds({ ...overloaded, snapshot: outage() })).not.toContain('replica-overloaded');
  });
});

describe('what only looks like a conflict', () => {
  it('is a standby that is late on purpose', () => {
    const facts = factsOf({
      snapshot: snapshot({ standbys: [standby({ replayBytes: GB })] }),
      replicas: [
        replica({
          replayBytes: GB,
          replaySeconds: 3600,
          applyDelaySeconds: 3600,
          replayWait: { type: 'Timeout', event: 'RecoveryApplyDelay' },
        }),
      ],
    });
    const [top] = diagnose(facts);
    expect(top?.kind).toBe('nothing-wrong');
    expect(top?.evidence.join(' ')).toContain('late on purpose by 1h00m');
  });

  it('is a wait of a moment, which PostgreSQL ends by itself', () => {
    const facts = fixture('replay-conflict');
    const brief = facts.replicas.map((one) => ({ ...one, replayBytes: 8192, replaySeconds: 1 }));
    const standbys = facts.snapshot.standbys.map((one) => ({ ...one, replayBytes: 8192 }));
    const cause = causeOf(
      { ...facts, replicas: brief, snapshot: { ...facts.snapshot, standbys } },
      'replay-conflict',
    );
    expect(cause?.confidence).toBeLessThan(0.5);
  });

  it('says that it does not know who pins a page, unless there is one candidate only', () => {
    const wait = { type: 'BufferPin', event: 'BufferPin' };
    const replicas = [replica({ replayWait: wait, replayBytes: 40 * MB, replaySeconds: 20 })];
    const on = (...pids: number[]) =>
      factsOf({
        replicas,
        replicaSnapshots: [
          snapshot({ server: 'replica-1', inRecovery: true, sessions: pids.map((pid) => session(pid)) }),
        ],
      });
    expect(causeOf(on(1), 'replay-conflict')?.rootSessions).toHaveLength(1);
    const two = causeOf(on(1, 2), 'replay-conflict');
    expect(two).toMatchObject({ rootSessions: [], culprit: null });
    expect(two?.settles.join(' ')).toContain('Who is in the way');
  });

  it('is a replica with a single busy session of a BI tool', () => {
    const facts = factsOf({
      replicas: [replica()],
      replicaSnapshots: [
        snapshot({ server: 'replica-1', inRecovery: true, cores: 4, onCpu: 1, sessions: [session(1)] }),
      ],
    });
    expect(kinds(facts)).toEqual(['nothing-wrong']);
  });
});

describe('a pause that must not be ended', () => {
  const paused = fixture('replay-paused');
  const change = (parts: Partial<DiagnosisFacts['replicas'][number]>) => ({
    ...paused,
    replicas: paused.replicas.map((one) => ({ ...one, ...parts })),
  });

  it('is one at a recovery target: resuming would promote the standby', () => {
    const [top] = diagnose(change({ recoveryTarget: 'recovery_target_time = 2024-11-15 14:00' }));
    expect(top?.kind).toBe('replay-paused');
    expect(top?.helps.join(' ')).toContain('make it a primary');
  });

  it('is one for too small parameters: resuming would shut the standby down', () => {
    const replicaSnapshots = paused.replicaSnapshots.map((one) => ({
      ...one,
      wal: { ...one.wal, standbyParameters: { ...one.wal.standbyParameters, max_connections: 10 } },
    }));
    const [top] = diagnose({ ...paused, replicaSnapshots });
    expect(top?.helps.join(' ')).toContain('max_connections is 10, the primary has 40');
    expect(top?.helps.join(' ')).toContain('would shut it down');
  });
});

describe('replication-interrupted', () => {
  it.each([
    ['a replica that is gone', { expectedReplicas: ['r1'] }, 'Replica r1 does not answer'],
    [
      'a standby that does not answer its primary, whatever its lag columns say',
      {
        snapshot: snapshot({ standbys: [standby({ replyAgeSeconds: 42 })] }),
        replicas: [replica()],
      },
      'has not answered the primary for 42 s',
    ],
    [
      'a receiver that gets nothing',
      { replicas: [replica({ receiver: { status: 'streaming', silentSeconds: 75, slot: null } })] },
      'has received nothing for 1m15s',
    ],
    ['a standby without a receiver', { replicas: [replica({ receiver: null })] }, 'receives from no primary'],
    [
      'bytes that are not even sent',
      { snapshot: snapshot({ standbys: [standby({ sendBytes: 80 * MB, replayBytes: 80 * MB })] }) },
      '80 MB are written and not even sent',
    ],
  ] as const)('is %s', (_name, parts, text) => {
    const [top] = diagnose(factsOf(parts));
    expect(top?.kind).toBe('replication-interrupted');
    expect(top?.evidence.join(' ')).toContain(text);
  });

  it('is not a replica that Firebreak cannot reach while the primary streams to it', () => {
    const facts = factsOf({
      expectedReplicas: ['r1'],
      snapshot: snapshot({ standbys: [standby({ applicationName: 'walreceiver' })] }),
    });
    expect(kinds(facts)).toEqual(['nothing-wrong']);
  });

  it('does not count a backup as a standby', () => {
    const facts = factsOf({
      expectedReplicas: ['r1'],
      snapshot: snapshot({
        standbys: [standby({ applicationName: 'pg_basebackup', kind: 'backup', state: 'backup' })],
      }),
    });
    expect(kinds(facts)).toContain('replication-interrupted');
  });
});

describe('replication-slot-retaining', () => {
  const slots = (...slotsRetaining: ReplicationSlot[]) => factsOf({ snapshot: snapshot({ slotsRetaining }) });

  it('gives the exact statement for a person, with its consequence', () => {
    const [top] = diagnose(slots(slot({ name: "o'neil" })));
    expect(top?.helps.join(' ')).toContain("SELECT pg_drop_replication_slot('o''neil');");
    expect(top?.helps.join(' ')).toContain('needs a new initial copy');
    expect(top?.evidence.join(' ')).toContain('until the disk is full');
  });

  it('says when the limit is reached, from how fast the log grew', () => {
    const now = snapshot({ slotsRetaining: [slot({ safeBytes: 6 * GB })] });
    const position = now.wal.position ?? 0;
    const before = snapshot({
      at: '2024-11-15 14:37:00+00',
      wal: { ...now.wal, position: position - 60 * MB },
    });
    const [top] = diagnose(factsOf({ snapshot: now, history: [before] }));
    expect(top?.evidence.join(' ')).toContain('3.5 GB of log in an hour (over the last 1m00s)');
    expect(top?.evidence.join(' ')).toContain('the limit is reached in 1h42m');
  });

  it.each([
    [
      'a consumer that restarts, seen from PostgreSQL 17 on',
      slot({ inactiveSeconds: 20, walStatus: 'reserved', retainedBytes: 80 * MB }),
    ],
    ['a slot that keeps next to nothing', slot({ retainedBytes: 5 * MB, walStatus: 'reserved' })],
    ['a slot in use that keeps up', slot({ active: true, walStatus: 'reserved', retainedBytes: 300 * MB })],
  ])('is silent about %s', (_name, one) => {
    expect(kinds(slots(one))).toEqual(['nothing-wrong']);
  });

  it('blames a consumer that is connected and does not keep up by its address', () => {
    const consumer = { applicationName: 'debezium', clientAddress: '10.0.3.9' };
    const [top] = diagnose(slots(slot({ active: true, consumer })));
    expect(top).toMatchObject({
      kind: 'replication-slot-retaining',
      confidence: 0.6,
      culprit: { name: 'debezium' },
    });
    expect(top?.helps[0]).toContain('does not keep up');
  });

  it('says of a lost slot that its consumer has to be rebuilt', () => {
    const [top] = diagnose(
      slots(slot({ walStatus: 'lost', retainedBytes: null, invalidatedBy: 'wal_removed' })),
    );
    expect(top?.title).toContain('is lost');
    expect(top?.evidence.join(' ')).toContain('PostgreSQL invalidated it: wal_removed');
  });
});
