import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { NO_POLICY } from '../../src/domain/intake-policy.ts';
import { createLedger } from '../../src/engine/ledger.ts';
import { openAtOnce } from '../../src/intake/open-at-once.ts';
import { createSettle } from '../../src/intake/settle.ts';
import type { ChatMessage, Openings, State } from '../../src/ports/state.ts';
import { eventually, opened, query, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { makeAlert, makeRunbook, makeStep } from '../support/domain.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const reservedFor = (incidentId: string): ChatMessage => ({
  incidentId,
  key: 'parent',
  channel: 'C0INCIDENTS',
  ts: null,
  nonce: `nonce of ${incidentId}`,
  contentHash: '',
});

async function startRig(given?: string, policy = NO_POLICY) {
  const url = given ?? (await server.createDatabase());
  const state: State = await opened(url);
  const runbook = { ...makeRunbook([makeStep('one')]), alerts: ['ConnectionPoolExhausted'] };
  const runbooks = new Map([[runbook.id, runbook]]);
  const databases = ['orders-primary', 'stock'].map((name) => ({
    name,
    service: null,
    cores: null,
    replicas: [],
  }));
  const deciding = { runbooks, databases, policy };
  const announced: Incident[] = [];
  const announcer = { reserve: reservedFor, announce: (incident: Incident) => void announced.push(incident) };
  const openings = openAtOnce({ ...deciding, announcer });
  const ledger = createLedger(state, quiet);
  const settle = createSettle({ state, ledger, ...deciding });
  const decisions = async () =>
    (await state.alerts.list(100)).map(({ settlement }) => settlement?.decision ?? 'waits').sort();
  return { url, state, openings, announced, settle, ledger, decisions };
}

const labels = (database: string) => ({ alertname: 'ConnectionPoolExhausted', database });

test('an alert, its incident and the row of its first message are of one transaction', async () => {
  const { url, state, openings, announced, decisions } = await startRig();
  const woken: string[] = [];
  for (const kind of ['render', 'advance', 'intake'] as const)
    state.queue.handle(kind, async (key) => {
      woken.push(`${kind} ${key}`);
      return 'done';
    });
  await state.queue.start();
  await eventually('the first look', () => woken.includes('intake alerts'));
  woken.length = 0;
  expect(await state.alerts.store([makeAlert()], openings)).toEqual({ stored: 1, repeated: 0 });
  expect(await decisions()).toEqual(['opened']);
  const [incident] = await state.incidents.list(9);
  expect(announced).toMatchObject([{ id: incident?.id, version: 2, database: 'orders-primary' }]);
  expect(await state.messages.list(incident?.id ?? '')).toEqual([reservedFor(incident?.id ?? '')]);
  const transactions = await query<{ xmin: string }>(
    url,
    `select xmin::text from firebreak.alert union select xmin::text from firebreak.journal
     union select xmin::text from firebreak.incident union select xmin::text from firebreak.chat_message`,
  );
  expect(transactions).toHaveLength(1);
  expect(woken.slice(0, 2)).toEqual([`render ${incident?.id}`, `advance ${incident?.id}`]);
  expect(await state.journal.verify()).toMatchObject({ chainOk: true, events: 2 });
});

test('where an incident is open, or an alert waits, it is stored and left to be settled in order', async () => {
  const { state, openings, settle, decisions } = await startRig();
  await state.alerts.store([makeAlert({ status: 'resolved', endsAt: '2026-11-15T05:00:00Z' })]);
  await state.alerts.store([makeAlert({ fingerprint: 'f2' })], openings);
  expect(await decisions()).toEqual(['waits', 'waits']);
  await state.alerts.store([makeAlert({ fingerprint: 's1', labels: labels('stock') })], openings);
  expect(await decisions()).toEqual(['opened', 'waits', 'waits']);
  await settle('alerts');
  await state.alerts.store([makeAlert({ fingerprint: 's2', labels: labels('stock') })], openings);
  await settle('alerts');
  expect(await decisions()).toEqual(['attached', 'ignored', 'opened', 'opened']);
});

test('of several alerts in one delivery the first opens, and the rest is settled afterwards', async () => {
  const { state, openings, settle, decisions } = await startRig();
  await state.alerts.store(
    [
      makeAlert({ fingerprint: 'later', startsAt: '2026-11-15T05:00:02Z' }),
      makeAlert({ fingerprint: 'first', startsAt: '2026-11-15T05:00:01Z' }),
      makeAlert({ fingerprint: 'nowhere', labels: labels('nowhere') }),
    ],
    openings,
  );
  expect(await decisions()).toEqual(['opened', 'waits', 'waits']);
  const opener = (await state.alerts.list(9)).find(({ settlement }) => settlement !== null);
  expect(opener?.alert.fingerprint).toBe('first');
  await settle('alerts');
  expect(await decisions()).toEqual(['attached', 'ignored', 'opened']);
});

test('what is repeated beside something new is counted as a repeat', async () => {
  const { state, openings, ledger, decisions } = await startRig();
  await state.alerts.store([makeAlert()], openings);
  const [incident] = await state.incidents.listOpen();
  await ledger.change(incident?.id ?? '', () => ({
    events: [{ type: 'incident.closed', by: { kind: 'system' }, reason: 'Over.' }],
  }));
  const earlier = makeAlert({ fingerprint: 'new', startsAt: '2026-11-15T00:00:00Z' });
  expect(await state.alerts.store([earlier, makeAlert()], openings)).toEqual({ stored: 1, repeated: 1 });
  expect(await decisions()).toEqual(['opened', 'waits']);
});

test('the same alert to two replicas at once, and others with it, open one incident', async () => {
  const url = await server.createDatabase();
  const policy = { ...NO_POLICY, flapping: { ...NO_POLICY.flapping, times: 1_000 } };
  const rigs = [await startRig(url, policy), await startRig(url, policy)];
  for (let round = 1; round <= 10; round++) {
    const twin = makeAlert({ startsAt: new Date(Date.UTC(2026, 10, 15, 5, round)).toISOString() });
    const counts = await Promise.all(
      rigs.map(async ({ state, openings }, index) =>
        state.alerts.store([round % 2 === 0 ? twin : { ...twin, fingerprint: `f${index}` }], openings),
      ),
    );
    expect(counts.reduce((sum, { stored }) => sum + stored, 0)).toBe(round % 2 === 0 ? 1 : 2);
    await rigs[round % 2]?.settle('alerts');
    const [incident, ...others] = (await rigs[0]?.state.incidents.listOpen()) ?? [];
    expect(others).toEqual([]);
    await rigs[0]?.ledger.change(incident?.id ?? '', () => ({
      events: [{ type: 'incident.closed', by: { kind: 'system' }, reason: 'Over.' }],
    }));
  }
  const all = await rigs[0]?.decisions();
  expect(all).toHaveLength(15);
  expect(all?.filter((decision) => decision === 'opened')).toHaveLength(10);
  expect(await rigs[0]?.state.journal.verify()).toMatchObject({ chainOk: true });
});

test('what keeps an incident from being opened does not keep its alert out', async () => {
  const { state, openings, announced, decisions } = await startRig();
  const broken: Openings = {
    ...openings,
    open: () => {
      throw new Error('This alert cannot be decided on.');
    },
  };
  expect(await state.alerts.store([makeAlert()], broken)).toEqual({ stored: 1, repeated: 0 });
  expect(await decisions()).toEqual(['waits']);
  expect(announced).toEqual([]);
});

test('while somebody holds the journal, an alert is stored without it and answered', async () => {
  const { url, state, openings, announced, decisions } = await startRig();
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  onTestFinished(async () => holder.end());
  await holder.query('begin; select from firebreak.journal_head for update');
  const late = delay(4_000, 'after the sender has lost patience');
  const stored = await Promise.race([state.alerts.store([makeAlert()], openings), late]);
  expect(stored).toEqual({ stored: 1, repeated: 0 });
  expect(await decisions()).toEqual(['waits']);
  expect(announced).toEqual([]);
});
