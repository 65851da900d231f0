import { describe, expect, it } from 'vitest';
import { causeRules, diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { culpritName } from '../../src/domain/cause.ts';
import { backendId } from '../../src/domain/snapshot.ts';
import { factsOf } from '../support/diagnosis-fixtures.ts';
import { cluster, group, outage, pgTime, session, snapshot, standby } from '../support/fixtures.ts';

function facts(parts: Partial<DiagnosisFacts> = {}): DiagnosisFacts {
  return factsOf({ cluster: cluster(), ...parts });
}

function first(parts: Partial<DiagnosisFacts>) {
  const [top] = diagnose(facts(parts));
  if (top === undefined) throw new Error('diagnose() returned nothing');
  return top;
}

const waiter = (pid: number, age = 3) =>
  session(pid, {
    age,
    waitEventType: 'Lock',
    waitEvent: 'relation',
    user: 'checkout_api',
    applicationName: 'checkout-api',
    clientAddress: '10.0.3.5',
    sql: 'update carts set x = $1',
    queryId: '13',
  });

describe('diagnose', () => {
  it('names the CronJob whose pods own the long queries of the outage, with numbers', () => {
    const top = first({ snapshot: outage() });
    expect(top.kind).toBe('runaway-batch-query');
    expect(top.culprit && culpritName(top.culprit)).toBe('CronJob analytics/report-generator');
    expect(top.rootSessions).toHaveLength(45);
    expect(top.confidence).toBeGreaterThanOrEqual(0.9);
    expect(top.evidence.join(' ')).toContain('45 long queries');
    expect(top.evidence.join(' ')).toContain('57 of 77 usable slots (74 %)');
    expect(top.helps[0]).toContain('Suspend CronJob analytics/report-generator');
  });

  it('does not blame a CronJob that merely runs while a person overloads the database', () => {
    const psql = session(9, {
      user: 'anna',
      applicationName: 'psql',
      clientAddress: '192.168.4.20',
      parallelWorkers: 2,
    });
    const top = first({ snapshot: snapshot({ onCpu: 3, sessions: [psql] }) });
    expect(top.kind).toBe('runaway-interactive-query');
    expect(top.culprit).toMatchObject({ kind: 'person', name: 'anna' });
    expect(top.helps.join(' ')).toContain('Tell whoever works as role anna');
    expect(JSON.stringify(top.culprit?.evidence)).toContain('No running pod has the client address');
  });

  it('sees no lock queue in sessions that take turns to make one table longer', () => {
    const sessions = Array.from({ length: 8 }, (_, index) =>
      session(index + 1, index === 0 ? {} : { waitEventType: 'Lock', waitEvent: 'extend' }),
    );
    const top = first({ snapshot: snapshot({ sessions, onCpu: 1 }) });
    expect(top.kind).toBe('runaway-batch-query');
    expect(top.rootSessions).toHaveLength(8);
  });

  it('blames the batch, not a lock, when its sessions wait only for each other', () => {
    const sessions = Array.from({ length: 8 }, (_, index) =>
      session(index + 1, index === 0 ? {} : { waitEventType: 'Lock', waitEvent: 'transactionid' }),
    );
    const lockWaiters = sessions.slice(1).map(({ pid }) => ({ pid, blockers: [1] }));
    const groups = [group({ backends: 8, lockWaiting: 7 })];
    const kinds = diagnose(facts({ snapshot: snapshot({ sessions, lockWaiters, groups, onCpu: 2 }) })).map(
      ({ kind }) => kind,
    );
    expect(kinds).not.toContain('lock-queue');
  });

  it('blames the batch also when its queries wait for the disk instead of the CPU', () => {
    const sessions = Array.from({ length: 20 }, (_, index) =>
      session(index + 1, { waitEventType: 'IO', waitEvent: 'DataFileRead' }),
    );
    const top = first({ snapshot: snapshot({ sessions, onCpu: 0 }) });
    expect(top.kind).toBe('runaway-batch-query');
    expect(top.confidence).toBeGreaterThanOrEqual(0.5);
    const single = first({ snapshot: snapshot({ sessions: sessions.slice(0, 1), onCpu: 0 }) });
    expect(single.confidence).toBeLessThan(0.5);
  });

  it('gives a count and no share when the cores are unknown, and is less sure', () => {
    const known = first({ snapshot: outage() });
    const blind = first({ snapshot: outage({ cores: null }) });
    expect(blind.kind).toBe('runaway-batch-query');
    expect(blind.confidence).toBeLessThan(known.confidence);
    expect(blind.evidence.join(' ')).toContain(
      'the number of cores is not configured, so this gives no share',
    );
  });

  it('finds the idle transaction at the root and not its victims', () => {
    const idle = session(70, {
      age: 40,
      state: 'idle in transaction',
      waitEventType: 'Client',
      user: 'cart_api',
      applicationName: 'cart-api',
      clientAddress: '10.9.9.9',
    });
    const waiters = [71, 72, 73, 74, 75, 76, 77, 78].map((pid) => waiter(pid));
    const top = first({
      snapshot: snapshot({
        sessions: [idle, ...waiters],
        groups: [group({ backends: 8, lockWaiting: 8, state: 'active' })],
        lockWaiters: [
          { pid: 71, blockers: [70] },
          ...waiters.slice(1).map(({ pid }) => ({ pid, blockers: [71] })),
        ],
      }),
    });
    expect(top.kind).toBe('idle-in-transaction');
    expect(top.rootSessions).toEqual([backendId(idle)]);
    expect(top.wontHelp.join(' ')).toContain('Cancelling');
  });

  it('names the waiting schema change and not the report that it waits for', () => {
    const report = session(80, { age: 900 });
    const ddl = {
      ...waiter(81, 20),
      applicationName: 'flyway',
      sql: 'ALTER TABLE orders ADD COLUMN note text',
    };
    const top = first({
      snapshot: snapshot({
        onCpu: 1,
        sessions: [report, ddl, waiter(82), waiter(83)],
        groups: [group({ backends: 3, lockWaiting: 11, state: 'active' })],
        lockWaiters: [
          { pid: 81, blockers: [80] },
          { pid: 82, blockers: [81] },
          { pid: 83, blockers: [81] },
        ],
      }),
    });
    expect(top.kind).toBe('lock-queue');
    expect(top.rootSessions).toEqual([backendId(ddl)]);
    expect(top.wontHelp.join(' ')).toContain('its work is lost');
  });

  it('sees a connection leak where no query is long', () => {
    const top = first({
      snapshot: snapshot({
        slots: { max: 80, superuserReserved: 3, reserved: 0, used: 75 },
        groups: [
          group({ backends: 69, oldestSeconds: 840 }),
          group({ backends: 6, user: 'other', clientAddress: '10.0.3.9' }),
        ],
      }),
    });
    expect(top.kind).toBe('connection-leak');
    expect(top.culprit).toMatchObject({ kind: 'Deployment', namespace: 'shop', name: 'checkout-api' });
    expect(top.evidence.join(' ')).toContain('69 idle connections');
  });

  it('does not blame a CronJob with one query for slots that idle sessions fill', () => {
    const causes = diagnose(
      facts({
        snapshot: snapshot({
          slots: { max: 80, superuserReserved: 3, reserved: 0, used: 75 },
          sessions: [session(1, { waitEventType: 'IO', waitEvent: 'DataFileRead' })],
          groups: [group({ backends: 69, oldestSeconds: 840 })],
        }),
      }),
    );
    expect(causes[0]?.kind).toBe('connection-leak');
    expect(causes.map(({ kind }) => kind)).not.toContain('runaway-batch-query');
  });

  it('does not call young idle sessions a leak: it says that it does not know', () => {
    const top = first({
      snapshot: snapshot({
        slots: { max: 80, superuserReserved: 3, reserved: 0, used: 75 },
        groups: [group({ backends: 70, oldestSeconds: 20 })],
      }),
    });
    expect(top).toMatchObject({ kind: 'unknown', confidence: 0, culprit: null, rootSessions: [] });
    expect(top.evidence.join(' ')).toContain('75 of 77 usable slots');
  });

  it('says that nothing is wrong, but not while a standby is far behind', () => {
    expect(first({}).kind).toBe('nothing-wrong');
    const top = first({
      snapshot: snapshot({ standbys: [standby({ replayBytes: 1e9, replaySeconds: 60 })] }),
    });
    expect(top.kind).toBe('unknown');
    expect(top.evidence.join(' ')).toContain('Standby replica-1: 954 MB behind');
  });

  it('says that it recovered when an earlier reading was under pressure, and when', () => {
    const history = [{ ...outage(), at: pgTime(-120) }, snapshot({ at: pgTime(-60) })];
    const top = first({ history });
    expect(top.kind).toBe('nothing-wrong');
    expect(top.evidence.join(' ')).toContain('It recovered: at 14:36:00 UTC it was under pressure');
    expect(first({ history: history.slice(1) }).evidence.join(' ')).not.toContain('It recovered');
  });

  it('does not know, says so with the holders and the trend, and what would settle it', () => {
    const full = { max: 80, superuserReserved: 3, reserved: 0, used: 75 };
    const young = snapshot({ slots: full, groups: [group({ backends: 70, oldestSeconds: 20 })] });
    const top = first({ snapshot: young, history: [snapshot({ at: pgTime(-300) })] });
    expect(top.kind).toBe('unknown');
    expect(top.evidence.join(' ')).toContain('Most connections: checkout-api 70.');
    expect(top.evidence.join(' ')).toContain('Since 14:33:00 UTC: connections 7 → 75');
    expect(first({ snapshot: young }).settles.join(' ')).toContain('A second diagnosis in half a minute');
  });

  it('prefers the owner by a majority: mixed work of equals has no single culprit', () => {
    const mixed = [1, 2, 3].map((pid) =>
      session(pid, { user: `u${pid}`, applicationName: `app${pid}`, clientAddress: `192.168.1.${pid}` }),
    );
    expect(first({ snapshot: snapshot({ onCpu: 3, sessions: mixed }) }).kind).toBe('unknown');
  });

  it('keeps what could not be read in the evidence', () => {
    expect(first({ gaps: ['Kubernetes: forbidden'] }).evidence).toContain('Not read: Kubernetes: forbidden');
  });

  it('has one file for each cause', async () => {
    const { readdir } = await import('node:fs/promises');
    const files = await readdir(new URL('../../src/diagnosis/causes/', import.meta.url));
    const kinds = [...causeRules.map(({ kind }) => kind), 'unknown'].sort();
    expect(files.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(kinds);
  });

  it('reads timestamps as PostgreSQL writes them', async () => {
    const { postgresMillis } = await import('../../src/domain/postgres-time.ts');
    expect(postgresMillis(pgTime(0))).toBe(Date.UTC(2024, 10, 15, 14, 38));
    expect(postgresMillis('2024-11-15 23:38:00.5+09')).toBe(Date.UTC(2024, 10, 15, 14, 38, 0, 500));
    expect(postgresMillis('2024-11-15 20:08:00+05:30')).toBe(Date.UTC(2024, 10, 15, 14, 38));
    expect(postgresMillis('infinity')).toBeNaN();
  });
});
