import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { Session, Snapshot } from '../../src/domain/snapshot.ts';
import { factsOf, fixtureFacts } from '../support/diagnosis-fixtures.ts';
import { group, pgTime, session, snapshot } from '../support/fixtures.ts';

/** The recorded facts with another snapshot in the place of their own. */
function changed(name: string, change: (snapshot: Snapshot) => Partial<Snapshot>): DiagnosisFacts {
  const facts = fixtureFacts(name);
  return { ...facts, snapshot: { ...facts.snapshot, ...change(facts.snapshot) } };
}

/** Some sessions of a snapshot changed. */
function sessionsOf(
  { sessions }: Snapshot,
  which: (session: Session) => boolean,
  change: (session: Session) => Partial<Session>,
): Pick<Snapshot, 'sessions'> {
  return { sessions: sessions.map((one) => (which(one) ? { ...one, ...change(one) } : one)) };
}

const of = (application: string) => (one: Session) => one.applicationName === application;
const causes = (facts: DiagnosisFacts) => diagnose(facts);
const found = (facts: DiagnosisFacts, kind: string) => causes(facts).find((cause) => cause.kind === kind);
const top = (facts: DiagnosisFacts): Cause => {
  const [first] = causes(facts);
  if (first === undefined) throw new Error('diagnose() returned nothing');
  return first;
};
const pids = ({ rootSessions }: Cause) => rootSessions.map((id) => Number(id.split('/')[0]));
const pidOf = ({ snapshot: { sessions } }: DiagnosisFacts, application: string) =>
  sessions.find(of(application))?.pid;

/** Sessions on which everybody of a recorded row queue waits in vain; the holder is what the test says. */
function heldBy(holder: Partial<Session>): DiagnosisFacts {
  return changed('row-lock-convoy-kept', (recorded) => sessionsOf(recorded, of('cart-api'), () => holder));
}

describe('look-alikes of an idle transaction', () => {
  it('is not blamed for a pause of half a second between two statements: the crowd on the row is', () => {
    const facts = heldBy({ state: 'idle in transaction', waitEventType: 'Client', stateSeconds: 0.5 });
    expect(found(facts, 'idle-in-transaction')).toBeUndefined();
    expect(top(facts)).toMatchObject({ kind: 'row-lock-convoy' });
  });

  it('is less sure, and says what settles it, while the pause is short', () => {
    const facts = heldBy({ state: 'idle in transaction', waitEventType: 'Client', stateSeconds: 3 });
    const cause = found(facts, 'idle-in-transaction');
    expect(cause?.confidence).toBe(0.75);
    expect(cause?.settles.join(' ')).toContain('Look again in 5 s');
    const long = heldBy({ state: 'idle in transaction', waitEventType: 'Client', stateSeconds: 30 });
    expect(top(long)).toMatchObject({ kind: 'idle-in-transaction', confidence: 0.95, settles: [] });
    expect(found(long, 'row-lock-convoy')).toBeUndefined();
  });

  it('is not blamed for being the longest transaction when somebody else blocks', () => {
    const facts = fixtureFacts('lock-queue');
    const [first, ...others] = causes(facts);
    expect(first?.kind).toBe('lock-queue');
    const metabase = pidOf(facts, 'Metabase');
    expect(metabase).toBeDefined();
    for (const cause of [first, ...others])
      if (cause !== undefined && cause.confidence >= 0.5) expect(pids(cause)).not.toContain(metabase);
  });

  it('after an error that nobody rolled back it is said to be so', () => {
    const facts = changed('idle-in-transaction', (recorded) =>
      sessionsOf(recorded, of('cart-api'), () => ({ state: 'idle in transaction (aborted)' })),
    );
    expect(top(facts).evidence.join(' ')).toContain('after an error that its program did not answer');
  });

  it('in front of a schema change is the second cause: the schema change made a queue of it', () => {
    const facts = changed('lock-queue', (recorded) =>
      sessionsOf(recorded, of('report-generator'), () => ({
        state: 'idle in transaction',
        waitEventType: 'Client',
        waitEvent: 'ClientRead',
        stateSeconds: 300,
      })),
    );
    expect(top(facts)).toMatchObject({ kind: 'lock-queue', confidence: 0.95 });
    expect(pids(top(facts))).toEqual([pidOf(facts, 'flyway')]);
    expect(top(facts).helps.join(' ')).toContain(
      `End the idle transaction of pid ${pidOf(facts, 'report-generator')}`,
    );
    const idle = found(facts, 'idle-in-transaction');
    expect(idle?.confidence).toBe(0.7);
    expect(idle?.evidence[0]).toContain('9 of them behind a schema change');
  });
});

describe('look-alikes of a lock queue', () => {
  it('a schema change that waits alone is no queue', () => {
    const facts = changed('lock-queue', (recorded) => {
      const ddl = recorded.sessions.find(of('flyway'))?.pid;
      return {
        sessions: recorded.sessions.filter((one) => !of('checkout-api')(one)),
        groups: recorded.groups.map((group) => ({ ...group, lockWaiting: group.lockWaiting === 1 ? 1 : 0 })),
        lockWaiters: recorded.lockWaiters.filter(({ pid }) => pid === ddl),
        lockRequests: recorded.lockRequests.filter(({ pid }) => pid === ddl),
      };
    });
    expect(found(facts, 'lock-queue')).toBeUndefined();
  });

  it('two tries of the schema change in one queue are both at its head: ending one frees nobody', () => {
    const facts = changed('lock-queue', (recorded) => {
      const ddl = recorded.sessions.find(of('flyway'));
      if (ddl === undefined) throw new Error('no schema change');
      const second = { ...ddl, pid: 77_777, stateSeconds: 1 };
      return {
        sessions: [...recorded.sessions, second],
        lockWaiters: [
          ...recorded.lockWaiters.map(({ pid, blockers }) =>
            pid === ddl.pid ? { pid, blockers } : { pid, blockers: [...blockers, second.pid] },
          ),
          {
            pid: second.pid,
            blockers: [ddl.pid, ...(recorded.lockWaiters.find(({ pid }) => pid === ddl.pid)?.blockers ?? [])],
          },
        ],
        lockRequests: [
          ...recorded.lockRequests,
          ...recorded.lockRequests
            .filter(({ pid }) => pid === ddl.pid)
            .map((request) => ({ ...request, pid: second.pid })),
        ],
      };
    });
    expect(new Set(pids(top(facts)))).toEqual(new Set([pidOf(facts, 'flyway'), 77_777]));
    expect(top(facts).evidence.join(' ')).toContain('2 such statements queue');
  });

  it('a weak lock that waits in the middle is a victim, whatever its statement is called', () => {
    const facts = changed('lock-queue', (recorded) => {
      const ddl = recorded.sessions.find(of('flyway'))?.pid;
      return {
        lockRequests: recorded.lockRequests.map((request) =>
          request.pid === ddl ? { ...request, mode: 'AccessShareLock' } : request,
        ),
      };
    });
    expect(top(facts).title).not.toContain('waits and blocks everybody behind it');
    expect(pids(top(facts))).not.toContain(pidOf(facts, 'flyway'));
  });

  it('knows a schema change by its text where the mode could not be read', () => {
    const facts = changed('lock-queue', () => ({ lockRequests: [] }));
    expect(pids(top(facts))).toEqual([pidOf(facts, 'flyway')]);
  });

  it('an ordinary autovacuum ahead of it steps aside by itself, and is no reason to wait for it', () => {
    const facts = changed('anti-wraparound-vacuum', ({ autovacuumWorkers }) => ({
      autovacuumWorkers: autovacuumWorkers.map((worker) => ({ ...worker, preventsWraparound: false })),
    }));
    expect(top(facts)).toMatchObject({ kind: 'lock-queue' });
    expect(top(facts).evidence.join(' ')).toContain('steps aside by itself');
    expect(found(facts, 'anti-wraparound-vacuum')).toBeUndefined();
  });

  it('a batch that has changed many rows blocks with its transaction, not with one hot row', () => {
    const waiters = [1, 2, 3, 4].map((pid) =>
      session(pid, {
        age: 20,
        waitEventType: 'Lock',
        waitEvent: 'transactionid',
        user: 'checkout_api',
        applicationName: 'checkout-api',
        clientAddress: null,
      }),
    );
    const batch = session(9, { age: 90, writes: true, clientAddress: null });
    const facts = factsOf({
      snapshot: snapshot({
        sessions: [batch, ...waiters],
        groups: [group({ backends: 4, lockWaiting: 4, state: 'active', clientAddress: null })],
        waits: [{ type: 'Lock', event: 'transactionid', backends: 4 }],
        lockWaiters: waiters.map(({ pid }) => ({ pid, blockers: [9] })),
      }),
    });
    expect(top(facts)).toMatchObject({ kind: 'lock-queue' });
    expect(top(facts).title).toContain('A transaction of');
    expect(pids(top(facts))).toEqual([9]);
    expect(found(facts, 'row-lock-convoy')).toBeUndefined();
  });
});

describe('look-alikes of a crowd on one row', () => {
  const aged = (seconds: number) =>
    changed('row-lock-convoy', (recorded) =>
      sessionsOf(recorded, of('checkout-api'), () => ({
        transactionSeconds: seconds,
        stateSeconds: seconds,
      })),
    );

  it('blames no session of the crowd, although whoever has the row began long ago: it waited for it in the queue', () => {
    expect(top(aged(40))).toMatchObject({ kind: 'row-lock-convoy', rootSessions: [] });
  });

  it('names the one that keeps the row when it had it in an earlier reading already', () => {
    const facts = aged(40);
    const at = new Date(Date.parse(facts.snapshot.at.replace(/\+00$/, 'Z').replace(' ', 'T')) - 8_000);
    const earlier = { ...facts.snapshot, at: at.toISOString().replace('T', ' ').replace('Z', '+00') };
    const kept = { ...facts, history: [earlier] };
    expect(top(kept).rootSessions).toHaveLength(1);
    const turned = {
      ...facts,
      history: [
        { ...earlier, ...sessionsOf(earlier, of('checkout-api'), () => ({ xactStart: pgTime(-999) })) },
      ],
    };
    expect(top(turned).rootSessions).toEqual([]);
  });

  it('is no cause while few wait for moments', () => {
    const facts = changed('row-lock-convoy', (recorded) => ({
      ...sessionsOf(recorded, of('checkout-api'), () => ({ stateSeconds: 0.1, transactionSeconds: 0.1 })),
      waits: [
        { type: 'Lock', event: 'tuple', backends: 2 },
        { type: 'Lock', event: 'transactionid', backends: 1 },
      ],
    }));
    expect(found(facts, 'row-lock-convoy')).toBeUndefined();
  });

  it('gives way, in confidence, to what saturates the CPU', () => {
    const facts = changed('row-lock-convoy', () => ({ onCpu: 20 }));
    expect(found(facts, 'row-lock-convoy')?.confidence).toBe(0.6);
  });
});

describe('look-alikes of a prepared transaction', () => {
  it('one of a moment ago that nobody waits for is a transaction manager at work', () => {
    const [one] = fixtureFacts('prepared-transaction').snapshot.prepared;
    if (one === undefined) throw new Error('no prepared transaction');
    const fresh = factsOf({ snapshot: snapshot({ prepared: [{ ...one, seconds: 20 }] }) });
    expect(found(fresh, 'prepared-transaction')).toBeUndefined();
    const old = factsOf({ snapshot: snapshot({ prepared: [{ ...one, seconds: 4000 }] }) });
    expect(found(old, 'prepared-transaction')?.confidence).toBe(0.3);
  });

  it('names both, and what settles it, when nothing tells which of two is waited for', () => {
    const facts = changed('prepared-transaction', (recorded) => ({
      lockRequests: [],
      prepared: recorded.prepared.map((one) => ({ ...one, relations: [] })),
    }));
    expect(top(facts).title).toContain('2 prepared transactions');
    expect(top(facts).culprit).toBeNull();
    expect(top(facts).settles.join(' ')).toContain('pg_prepared_xacts');
  });

  it('has the schema change between as the session to end, when all others wait behind it', () => {
    const facts = changed('lock-queue', (recorded) => {
      const ddl = recorded.sessions.find(of('flyway'))?.pid;
      return {
        prepared: fixtureFacts('prepared-transaction').snapshot.prepared,
        lockWaiters: recorded.lockWaiters.map((one) => (one.pid === ddl ? { ...one, blockers: [0] } : one)),
      };
    });
    expect(top(facts)).toMatchObject({ kind: 'prepared-transaction', confidence: 0.95 });
    expect(pids(top(facts))).toEqual([pidOf(facts, 'flyway')]);
    expect(top(facts).helps[0]).toContain('Cancel the schema change');
    expect(found(facts, 'lock-queue')).toBeUndefined();
  });
});

describe('look-alikes of a wraparound vacuum', () => {
  it('one that nobody waits for is no cause', () => {
    const { autovacuumWorkers } = fixtureFacts('anti-wraparound-vacuum').snapshot;
    const facts = factsOf({ snapshot: snapshot({ autovacuumWorkers }) });
    expect(found(facts, 'anti-wraparound-vacuum')).toBeUndefined();
  });

  it('is in nobody’s way when the schema change waits for a report instead', () => {
    const { autovacuumWorkers } = fixtureFacts('anti-wraparound-vacuum').snapshot;
    const facts = changed('lock-queue', () => ({ autovacuumWorkers }));
    expect(top(facts).kind).toBe('lock-queue');
    expect(found(facts, 'anti-wraparound-vacuum')).toBeUndefined();
  });

  it('never proposes to end the vacuum', () => {
    const facts = fixtureFacts('anti-wraparound-vacuum');
    const workers = facts.snapshot.autovacuumWorkers.map(({ pid }) => pid);
    for (const cause of causes(facts)) expect(pids(cause).filter((pid) => workers.includes(pid))).toEqual([]);
    expect(top(facts).wontHelp[0]).toContain('Killing the autovacuum');
  });
});
