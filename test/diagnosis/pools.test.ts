import { describe, expect, it } from 'vitest';
import { attribute, attributionStrength } from '../../src/diagnosis/attribution.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { groupByOwner } from '../../src/diagnosis/owners.ts';
import { behindPoolers } from '../../src/diagnosis/through-pooler.ts';
import { culpritName } from '../../src/domain/cause.ts';
import type { Pooler } from '../../src/domain/pooler.ts';
import type { Session, Snapshot } from '../../src/domain/snapshot.ts';
import { factsOf } from '../support/diagnosis-fixtures.ts';
import { cluster, group, session, snapshot } from '../support/fixtures.ts';
import { pool, poolDatabase, pooler, poolServer } from '../support/pooler-fixtures.ts';

const PGBOUNCER = '10.0.9.9';
const PIDS = [1, 2, 3, 4, 5];

/** A session of role app that PgBouncer opened; idle in a transaction unless told. */
function pooled(pid: number, parts: Partial<Session> & { age?: number } = {}): Session {
  return session(pid, {
    age: 60,
    user: 'app',
    applicationName: 'app',
    clientAddress: PGBOUNCER,
    clientPort: 40_000 + pid,
    state: 'idle in transaction',
    waitEventType: 'Client',
    waitEvent: 'ClientRead',
    ...parts,
  });
}

function serverWith(sessions: readonly Session[], parts: Partial<Snapshot> = {}): Snapshot {
  return snapshot({
    sessions: [...sessions],
    backends: sessions.map(({ pid, user, clientAddress, clientPort }) => ({
      pid,
      user,
      clientAddress,
      clientPort,
    })),
    groups: [group({ backends: sessions.length, clientAddress: PGBOUNCER, user: 'app', state: 'idle' })],
    ...parts,
  });
}

/** Twenty clients wait for a pool of five that is in use. */
function crowded(parts: Partial<Pooler> = {}): Pooler {
  return pooler({
    pools: [pool({ clientsWaiting: 20, maxWaitSeconds: 3.2, serversActive: 5, serversIdle: 0 })],
    servers: PIDS.map((pid) => poolServer(pid)),
    ...parts,
  });
}

function facts(
  read: Snapshot,
  poolers: readonly Pooler[],
  more: Partial<DiagnosisFacts> = {},
): DiagnosisFacts {
  return factsOf({ snapshot: behindPoolers(read, poolers), poolers, cluster: cluster(), ...more });
}

const kindsOf = (given: DiagnosisFacts) => diagnose(given).map(({ kind }) => kind);
const first = (given: DiagnosisFacts) => {
  const [top] = diagnose(given);
  if (top === undefined) throw new Error('diagnose() returned nothing');
  return top;
};

describe('a pool that is full while the database idles', () => {
  const idle = () => facts(serverWith(PIDS.map((pid) => pooled(pid))), [crowded()]);

  it('is blamed on those who hold it idle in transaction, by their pods', () => {
    const top = first(idle());
    expect(top).toMatchObject({ kind: 'pgbouncer-saturated', confidence: 0.9 });
    expect(top.rootSessions).toHaveLength(5);
    expect(top.culprit && culpritName(top.culprit)).toBe('Deployment shop/checkout-api');
    expect(top.wontHelp.join()).toContain('Raising max_connections');
  });

  it('is no trouble when nobody waits for a second, as in any busy pool', () => {
    const busy = crowded({
      pools: [pool({ clientsWaiting: 20, maxWaitSeconds: 0.2, serversActive: 5, serversIdle: 0 })],
    });
    expect(kindsOf(facts(serverWith(PIDS.map((pid) => pooled(pid))), [busy]))).not.toContain(
      'pgbouncer-saturated',
    );
  });

  it('is the effect when its holders wait for a lock', () => {
    const stuck = PIDS.map((pid) =>
      pooled(pid, { state: 'active', waitEventType: 'Lock', waitEvent: 'transactionid' }),
    );
    const root = session(70, {
      age: 60,
      user: 'batch',
      clientAddress: '10.8.8.8',
      state: 'idle in transaction',
    });
    const read = serverWith([...stuck, root], {
      lockWaiters: PIDS.map((pid) => ({ pid, blockers: [70] })),
      groups: [group({ backends: 6, lockWaiting: 5 })],
    });
    const causes = diagnose(facts(read, [crowded()]));
    expect(causes[0]?.kind).toBe('idle-in-transaction');
    expect(causes.find(({ kind }) => kind === 'pgbouncer-saturated')?.confidence).toBeLessThan(0.5);
  });

  it('is the effect when the database is overloaded', () => {
    const busy = PIDS.map((pid) => pooled(pid, { state: 'active', waitEventType: null, waitEvent: null }));
    const causes = diagnose(facts(serverWith(busy, { onCpu: 5 }), [crowded()]));
    expect(causes[0]?.kind).not.toBe('pgbouncer-saturated');
    expect(causes.find(({ kind }) => kind === 'pgbouncer-saturated')?.confidence ?? 0).toBeLessThan(0.5);
  });

  it('has no session to end when session pooling lets idle clients keep their connections', () => {
    const kept = PIDS.map((pid) => ({
      pid,
      user: 'app',
      clientAddress: PGBOUNCER,
      clientPort: 40_000 + pid,
    }));
    const mode = [
      pool({ clientsWaiting: 20, maxWaitSeconds: 9, serversActive: 5, serversIdle: 0, mode: 'session' }),
    ];
    const top = first(facts(snapshot({ backends: kept }), [crowded({ pools: mode })]));
    expect(top).toMatchObject({ kind: 'pgbouncer-saturated', rootSessions: [] });
    expect(top.culprit && culpritName(top.culprit)).toBe('Deployment shop/checkout-api');
    expect(top.evidence.join()).toContain('session pooling');
  });

  it('is simply too small when its holders run short statements', () => {
    const short = PIDS.map((pid) =>
      pooled(pid, { age: 0.1, state: 'active', waitEventType: 'IO', waitEvent: 'WALSync' }),
    );
    const top = first(facts(serverWith(short, { cores: 8 }), [crowded()]));
    expect(top).toMatchObject({ kind: 'pgbouncer-saturated', culprit: null, rootSessions: [] });
    expect(top.helps.join()).toContain('Raise pool_size');
  });

  it('keeps a database from being called healthy', () => {
    const room = crowded({
      pools: [pool({ clientsWaiting: 3, maxWaitSeconds: 5, serversIdle: 1, serversActive: 4 })],
    });
    expect(kindsOf(facts(snapshot(), [room]))).not.toContain('nothing-wrong');
  });
});

describe('connections to another server', () => {
  const elsewhere = () =>
    snapshot({ backends: [{ pid: 900, user: 'app', clientAddress: PGBOUNCER, clientPort: 1 }] });

  it('are told from sessions of the primary by pid and port', () => {
    const top = first(facts(elsewhere(), [crowded()]));
    expect(top).toMatchObject({ kind: 'pgbouncer-dead-servers', confidence: 0.95 });
    expect(top.evidence.join()).toContain('5 of 5 server connections are no sessions of the primary');
  });

  it('are not suspected while they are so young that the reading of PostgreSQL was made before', () => {
    const young = crowded({ servers: PIDS.map((pid) => poolServer(pid, { ageSeconds: 2 })) });
    expect(kindsOf(facts(elsewhere(), [young]))).not.toContain('pgbouncer-dead-servers');
  });

  it('are not suspected behind another proxy, where pid and role agree and no port does', () => {
    const proxied = PIDS.map((pid) => pooled(pid, { clientPort: 1 + pid }));
    expect(kindsOf(facts(serverWith(proxied), [crowded()]))).not.toContain('pgbouncer-dead-servers');
  });

  it('may lead to a replica on purpose when nobody waits and no pools are named', () => {
    const calm = (scoped: boolean) =>
      facts(
        elsewhere(),
        [pooler({ scoped, servers: PIDS.map((pid) => poolServer(pid, { state: 'idle' })) })],
        {
          replicaSnapshots: [
            snapshot({
              server: 'replica-1',
              inRecovery: true,
              backends: PIDS.map((pid) => ({
                pid,
                user: 'app',
                clientAddress: PGBOUNCER,
                clientPort: 40_000 + pid,
              })),
            }),
          ],
        },
      );
    const unsure = diagnose(calm(false)).find(({ kind }) => kind === 'pgbouncer-dead-servers');
    expect(unsure?.confidence).toBeLessThan(0.5);
    expect(unsure?.settles.join()).toContain('pgbouncer.pools');
    const sure = first(calm(true));
    expect(sure).toMatchObject({ kind: 'pgbouncer-dead-servers', confidence: 0.8 });
    expect(sure.evidence.join()).toContain('5 of them are sessions of replica-1, which is in recovery');
  });

  it('are certain when a single one of five is found on a standby, also behind another proxy', () => {
    const here = serverWith([2, 3, 4, 5].map((pid) => pooled(pid, { clientPort: 1 + pid, state: 'idle' })));
    const there = (user: string) =>
      snapshot({
        server: 'replica-1',
        inRecovery: true,
        backends: [{ pid: 1, user, clientAddress: PGBOUNCER, clientPort: 7 }],
      });
    const mixed = pooler({ scoped: true, servers: PIDS.map((pid) => poolServer(pid, { state: 'idle' })) });
    const top = first(facts(here, [mixed], { replicaSnapshots: [there('app')] }));
    expect(top).toMatchObject({ kind: 'pgbouncer-dead-servers', confidence: 0.8 });
    expect(top.evidence.join()).toContain('1 of 5 server connections is no session of the primary');
    expect(kindsOf(facts(here, [mixed], { replicaSnapshots: [there('somebody-else')] }))).not.toContain(
      'pgbouncer-dead-servers',
    );
  });

  it('cannot be opened: clients wait, PgBouncer has none, PostgreSQL has room', () => {
    const none = pooler({ pools: [pool({ clientsWaiting: 8, maxWaitSeconds: 6, serversIdle: 0 })] });
    const top = first(facts(snapshot(), [none]));
    expect(top).toMatchObject({ kind: 'pgbouncer-dead-servers', confidence: 0.6 });
    expect(top.helps.join()).toContain('wait 15 s');
    expect(top.settles.join()).toContain('whole pooler was paused');
    const full = { slots: { max: 80, superuserReserved: 3, reserved: 0, used: 77 } };
    expect(kindsOf(facts(snapshot(full), [none]))).not.toContain('pgbouncer-dead-servers');
  });
});

describe('a pause', () => {
  it('of one database, or of the whole pooler where PgBouncer tells it', () => {
    const waiting = [pool({ clientsWaiting: 4, maxWaitSeconds: 30, serversIdle: 0 })];
    const one = first(
      facts(snapshot(), [pooler({ databases: [poolDatabase({ paused: true })], pools: waiting })]),
    );
    expect(one).toMatchObject({ kind: 'pgbouncer-paused', confidence: 0.95 });
    const whole = first(facts(snapshot(), [pooler({ state: 'paused', pools: waiting })]));
    expect(whole.title).toContain('main as a whole');
    const calm = diagnose(facts(snapshot(), [pooler({ databases: [poolDatabase({ paused: true })] })]));
    expect(calm.find(({ kind }) => kind === 'pgbouncer-paused')?.confidence).toBeLessThan(0.5);
  });
});

describe('attribution through PgBouncer', () => {
  const through = (given: Session, read: Pooler, backends = [given]) =>
    behindPoolers(serverWith(backends), [read]).sessions.find(({ pid }) => pid === given.pid) ?? given;
  const own = (parts: Parameters<typeof poolServer>[1] = {}) => pooler({ servers: [poolServer(1, parts)] });

  it('is strong when pid and port agree and the link is as old as the state', () => {
    const culprit = attribute(through(pooled(1), own()), cluster());
    expect(culpritName(culprit)).toBe('Deployment shop/checkout-api');
    expect(attributionStrength(culprit)).toBe('strong');
    const [owner] = groupByOwner(
      [1, 2].map((pid) =>
        through(
          pooled(pid),
          crowded(),
          PIDS.map((one) => pooled(one)),
        ),
      ),
      cluster(),
    );
    expect(owner && attributionStrength(owner.culprit)).toBe('strong');
  });

  it('does not name the next client when the connection has served somebody since', () => {
    const culprit = attribute(through(pooled(1), own({ requestSeconds: 3 })), cluster());
    expect(culprit.kind).not.toBe('Deployment');
    expect(JSON.stringify(culprit.evidence)).toContain('links it to no client');
  });

  it('does not take the pod of PgBouncer for the culprit', () => {
    const pods = cluster({
      podsByIp: { ...cluster().podsByIp, [PGBOUNCER]: cluster().podsByIp['10.0.7.11'] ?? [] },
    });
    const culprit = attribute(through(pooled(1), own({ client: null })), pods);
    expect(culprit.kind).not.toBe('CronJob');
    expect(attributionStrength(culprit)).toBe('weak');
  });

  it('is medium when only the pid agrees, and nothing when the role does not', () => {
    const other = pooled(1, { clientPort: 9 });
    expect(attributionStrength(attribute(through(other, own()), cluster()))).toBe('medium');
    const stranger = pooled(1, { user: 'payments', clientPort: 9 });
    expect(through(stranger, own()).behind).toBeNull();
  });

  it('reads the address that application_name_add_host writes, as medium evidence', () => {
    const named = pooled(1, { applicationName: 'checkout-api - 10.0.3.5:39422' });
    const culprit = attribute(named, cluster());
    expect(culpritName(culprit)).toBe('Deployment shop/checkout-api');
    expect(attributionStrength(culprit)).toBe('medium');
  });

  it('takes the pod of a PgBouncer that runs beside its client', () => {
    const beside = own({ client: { address: '127.0.0.1', port: 5, applicationName: 'app' } });
    const sidecar = pooled(1, { clientAddress: '10.0.3.5' });
    expect(culpritName(attribute(through(sidecar, beside), cluster()))).toBe('Deployment shop/checkout-api');
  });
});
