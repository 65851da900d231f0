import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { cardHash } from '../../src/domain/card-hash.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { NO_POLICY } from '../../src/domain/intake-policy.ts';
import { createLedger, type Ledger } from '../../src/engine/ledger.ts';
import { createSettle } from '../../src/intake/settle.ts';
import type { SettleOptions } from '../../src/intake/settle-options.ts';
import type { Settlement, State } from '../../src/ports/state.ts';
import { eventually, opened, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, makeAlert, makeRunbook, makeStep } from '../support/domain.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

interface Rig {
  readonly options: SettleOptions;
  readonly state: State;
  readonly ledger: Ledger;
  readonly settle: (alertId: string) => Promise<'done'>;
  /** Stores an alert and settles it; what was decided. */
  take(change?: Partial<Alert>): Promise<Settlement | null>;
  events(stream: string): Promise<DomainEvent[]>;
  incident(id: string): Promise<Incident | null>;
}

const database = (name: string, service: string | null) => ({
  name,
  service,
  cores: null,
  replicas: [],
});

async function startRig(url?: string, policy = NO_POLICY): Promise<Rig> {
  const state = await opened(url ?? (await server.createDatabase()));
  const ledger = createLedger(state, quiet);
  const alerts = ['ConnectionPoolExhausted', 'PostgresqlHighCpu'];
  const runbook = { ...makeRunbook([makeStep('one')]), alerts };
  const options = {
    state,
    ledger,
    runbooks: new Map([[runbook.id, runbook]]),
    policy,
    databases: [
      database('orders-primary', 'order-service'),
      database('stock', 'shared'),
      database('prices', 'shared'),
    ],
  };
  const settle = createSettle(options);
  return {
    options,
    state,
    ledger,
    settle,
    async take(change = {}) {
      await state.alerts.store([makeAlert(change)]);
      const [newest] = await state.alerts.list(1);
      await settle(newest?.id ?? '');
      return (await state.alerts.get(newest?.id ?? ''))?.settlement ?? null;
    },
    events: async (stream) => (await state.journal.read(stream)).map(({ event }) => event),
    incident: async (id) => ledger.load(id),
  };
}

/** The same alert begins as often as a test likes. */
const neverFlapping = { ...NO_POLICY, flapping: { ...NO_POLICY.flapping, times: 1_000 } };

const labels = (change: Record<string, string>) => ({ alertname: 'ConnectionPoolExhausted', ...change });

test.each<[string, Partial<Alert>, RegExp]>([
  ['of an unknown database', { labels: labels({ database: 'billing' }) }, /No configured database.*billing/],
  ['that names no database', { labels: labels({}) }, /No configured database/],
  ['of an unknown service', { labels: labels({ service: 'mail' }) }, /No configured database.*mail/],
  [
    'of a service of two databases',
    { labels: labels({ service: 'shared' }) },
    /Several databases.*add a label/,
  ],
  ['that no runbook names', { name: 'DiskFull' }, /No runbook.*DiskFull/],
  ['that ended before it came', { status: 'resolved' }, /No incident is open/],
])('an alert %s leads to nothing, and the journal says why', async (_, change, reason) => {
  const rig = await startRig();
  const settlement = await rig.take(change);
  expect(settlement).toMatchObject({
    decision: 'ignored',
    incidentId: null,
    reason: expect.stringMatching(reason),
  });
  const stream = `intake/${settlement?.alertId}`;
  expect(await rig.events(stream)).toMatchObject([
    { type: 'alert.ignored', reason: expect.stringMatching(reason), alert: makeAlert(change) },
  ]);
  expect(await rig.state.incidents.list(10)).toEqual([]);
  await rig.settle(settlement?.alertId ?? '');
  expect(await rig.events(stream)).toHaveLength(1);
});

test('an alert finds its database by its service', async () => {
  const rig = await startRig();
  const settlement = await rig.take({ labels: labels({ service: 'order-service', severity: 'warning' }) });
  expect(settlement?.decision).toBe('opened');
  expect(await rig.incident(settlement?.incidentId ?? '')).toMatchObject({
    database: 'orders-primary',
    service: 'order-service',
    severity: 'warning',
    title: 'order-service: connection pool exhausted',
  });
});

test('a runbook is chosen by the label that names it; a link to one on a wiki hides none', async () => {
  const named = await startRig();
  const byLabel = await named.take({
    name: 'SomethingElse',
    labels: labels({ database: 'stock', runbook: 'pool-exhaustion' }),
  });
  expect(byLabel?.decision).toBe('opened');
  const linked = await named.take({
    fingerprint: 'f2',
    annotations: { runbook: 'https://wiki.example/pool' },
  });
  expect(linked?.decision).toBe('opened');
});

test('a further alert and a resolved one belong to the open incident', async () => {
  const rig = await startRig();
  const first = await rig.take();
  const second = await rig.take({ fingerprint: 'f2', name: 'PostgresqlHighCpu' });
  const third = await rig.take({ status: 'resolved', endsAt: '2026-11-15T05:30:00Z' });
  const id = first?.incidentId ?? '';
  expect([first, second, third]).toMatchObject([
    { decision: 'opened', incidentId: id },
    { decision: 'attached', incidentId: id },
    { decision: 'resolved', incidentId: id },
  ]);
  expect((await rig.events(id)).map(({ type }) => type)).toEqual([
    'incident.opened',
    'run.started',
    'alert.attached',
    'alert.resolved',
  ]);
  expect(await rig.incident(id)).toMatchObject({ status: 'open' });
});

test('an incident in which nothing is under way ends with its last alert, not before', async () => {
  const rig = await startRig();
  const id = (await rig.take())?.incidentId ?? '';
  await rig.take({ fingerprint: 'f2' });
  await rig.ledger.change(id, ({ runs: [run] }) => ({
    command: {
      type: 'decide',
      step: 'one',
      attempt: 1,
      choice: 'abort',
      hash: run?.attempts[0] === undefined ? null : cardHash(run.attempts[0]),
      selection: null,
      to: null,
      by: anna,
    },
  }));
  await rig.take({ status: 'resolved' });
  expect(await rig.incident(id)).toMatchObject({ status: 'open' });
  await rig.take({ status: 'resolved', fingerprint: 'f2' });
  expect(await rig.incident(id)).toMatchObject({ status: 'closed' });
  expect(await rig.state.incidents.listOpen()).toEqual([]);
});

test('resolved after the incident was closed leads to nothing; firing opens another one', async () => {
  const rig = await startRig();
  const id = (await rig.take())?.incidentId ?? '';
  await closed(rig, id);
  const late = await rig.take({ status: 'resolved' });
  expect(late).toMatchObject({ decision: 'ignored', reason: expect.stringMatching(/No incident is open/) });
  const before = await rig.events(id);
  const again = await rig.take({ startsAt: '2026-11-15T06:00:00Z' });
  expect(again?.decision).toBe('opened');
  expect(again?.incidentId).not.toBe(id);
  expect(await rig.events(id)).toEqual(before);
});

test('twenty deliveries at once, to two replicas, of two alerts of one database open one incident', async () => {
  const url = await server.createDatabase();
  const replicas = [await startRig(url), await startRig(url)];
  for (const { state, settle } of replicas) {
    state.queue.handle('intake', settle);
    for (const kind of ['advance', 'render'] as const) state.queue.handle(kind, async () => 'done');
    await state.queue.start();
  }
  const [rig] = replicas;
  if (rig === undefined) throw new Error('There are two replicas.');
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      replicas[index % 2]?.state.alerts.store([
        makeAlert({ fingerprint: `f${index}` }),
        makeAlert({
          fingerprint: `g${index}`,
          name: 'PostgresqlHighCpu',
          labels: labels({ service: 'order-service' }),
        }),
      ]),
    ),
  );
  const settlements = async () => (await rig.state.alerts.list(100)).map(({ settlement }) => settlement);
  await eventually('every alert is settled', async () => {
    const all = await settlements();
    return all.length === 40 && all.every((settlement) => settlement !== null);
  });
  const incidents = await rig.state.incidents.list(10);
  expect(incidents).toHaveLength(1);
  const all = await settlements();
  expect(all.filter((settlement) => settlement?.decision === 'opened').length).toBe(1);
  const ignored = all.filter((settlement) => settlement?.decision === 'ignored');
  expect(ignored).toEqual([]);
  const events = await rig.events(incidents[0]?.id ?? '');
  expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'alert.attached')).toHaveLength(39);
  expect(await rig.state.journal.verify()).toMatchObject({ chainOk: true });
});

test('an alert that fires while its incident is being closed is attached before, or opens another one', {
  timeout: 60_000,
}, async () => {
  const rig = await startRig(undefined, neverFlapping);
  const outcomes = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const id = (await rig.take({ startsAt: moment(round, 0) }))?.incidentId ?? '';
    const [settlement] = await Promise.all([rig.take({ startsAt: moment(round, 1) }), closed(rig, id)]);
    const events = await rig.events(id);
    expect(events.at(-1)?.type).toBe('incident.closed');
    if (settlement?.decision === 'attached')
      expect(events.map(({ type }) => type)).toContain('alert.attached');
    else {
      expect(settlement?.decision).toBe('opened');
      expect(settlement?.incidentId).not.toBe(id);
      await closed(rig, settlement?.incidentId ?? '');
    }
    outcomes.add(settlement?.decision ?? 'lost');
    if (round >= 10 && outcomes.size === 2) break;
  }
  expect(await rig.state.incidents.listOpen()).toEqual([]);
  expect(await rig.state.journal.verify()).toMatchObject({ chainOk: true });
});

test('what cannot be settled for one database does not keep out the others', async () => {
  const rig = await startRig();
  const broken = (await rig.take())?.incidentId ?? '';
  const { ledger } = rig;
  const settle = createSettle({
    ...rig.options,
    ledger: {
      ...ledger,
      loadAll: async (ids) => {
        if (ids.includes(broken)) throw new Error('The journal of this incident cannot be read.');
        return ledger.loadAll(ids);
      },
    },
  });
  await rig.state.alerts.store([
    makeAlert({ fingerprint: 'f2' }),
    makeAlert({ fingerprint: 'g1', labels: labels({ database: 'stock' }) }),
    makeAlert({ fingerprint: 'g2', labels: labels({ database: 'prices' }) }),
    makeAlert({ fingerprint: 'g3', labels: labels({ database: 'stock' }) }),
    makeAlert({ fingerprint: 'g4', labels: labels({ database: 'nowhere' }) }),
  ]);
  await expect(settle('alerts')).rejects.toThrow('cannot be read');
  const stored = await rig.state.alerts.list(9);
  const decided = stored.map(({ alert, settlement }) => `${alert.fingerprint} ${settlement?.decision}`);
  // Of those of one time, whichever is first opens.
  expect(decided.map((text) => text.replace(/g[13] (opened|attached)/, 'g $1')).sort()).toEqual([
    'f1 opened',
    'f2 undefined',
    'g attached',
    'g opened',
    'g2 opened',
    'g4 ignored',
  ]);
  expect(await rig.settle('alerts')).toBe('done');
  expect((await rig.state.alerts.unsettled(0, 9)).alerts).toEqual([]);
});

test('a firing alert and its end that come together are decided in the order of their times', async () => {
  const rig = await startRig();
  const pairs = Array.from({ length: 8 }, (_, index) => makeAlert({ fingerprint: `p${index}` }));
  await rig.state.alerts.store(
    pairs.flatMap((firing) => [{ ...firing, status: 'resolved', endsAt: moment(59, 0) }, firing]),
  );
  await rig.settle('alerts');
  const settlements = (await rig.state.alerts.list(20)).map(({ settlement }) => settlement?.decision);
  expect(settlements.filter((decision) => decision === 'resolved')).toHaveLength(8);
  expect(settlements).not.toContain('ignored');
});

function moment(round: number, second: number): string {
  return new Date(Date.UTC(2026, 10, 15, 5, round, second)).toISOString();
}

async function closed(rig: Rig, id: string): Promise<void> {
  await rig.ledger.change(id, () => ({
    command: { type: 'close', by: anna, reason: 'It is over.' },
  }));
  expect((await rig.ledger.load(id))?.status).toBe('closed');
}
