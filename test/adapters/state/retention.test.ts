import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { bodyHashOf, entryHash } from '../../../src/domain/journal-entry.ts';
import { canonicalJson } from '../../../src/domain/json.ts';
import { keepRetention } from '../../../src/engine/keep-retention.ts';
import { createLedger } from '../../../src/engine/ledger.ts';
import type { State } from '../../../src/ports/state.ts';
import {
  alertOf,
  incidentRow,
  mitigated,
  opened,
  query,
  quiet,
  startServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const closed: DomainEvent = { type: 'incident.closed', by: { kind: 'system' }, reason: 'over' };
const POLICY = { closedIncidentDays: 400, alertDays: 90 };
const BY = { kind: 'person', id: 'root', name: 'root', via: 'terminal' } as const;

/** INC-1 and INC-2 are closed, INC-3 is open; one alert was attached, one ignored, one is not settled. */
async function journalOfThree(): Promise<{ state: State; url: string }> {
  const url = await server.createDatabase();
  const state = await opened(url);
  for (const id of ['INC-1', 'INC-2']) {
    const row = incidentRow(id, { status: 'closed', title: `secret title of ${id}` });
    await state.journal.append(id, 0, [mitigated(`secret of ${id}`), closed], { work: [], incident: row });
    await state.messages.put({
      incidentId: id,
      key: 'parent',
      channel: 'C1',
      ts: '1.2',
      nonce: id,
      contentHash: '',
    });
    await state.progress.put(id, {
      step: 'one',
      attempt: 1,
      progress: { text: 'half', series: [] },
    });
  }
  await state.journal.append('INC-3', 0, [mitigated('open')], { work: [], incident: incidentRow('INC-3') });
  await state.alerts.store(['attached', 'ignored', 'unsettled', 'open'].map((name) => alertOf(name)));
  const settle = { reason: 'r', alertId: '' } as const;
  const ids = new Map((await state.alerts.list(9)).map(({ id, alert }) => [alert.fingerprint, id]));
  const idOf = (name: string) => ids.get(name) ?? '';
  await state.journal.append(
    `intake/${idOf('ignored')}`,
    0,
    [{ type: 'alert.ignored', alert: alertOf('ignored'), reason: 'secret reason' }],
    {
      work: [],
      settles: [{ ...settle, alertId: idOf('ignored'), decision: 'ignored', incidentId: null }],
    },
  );
  for (const [name, incidentId] of [
    ['attached', 'INC-1'],
    ['open', 'INC-3'],
  ] as const) {
    await state.journal.append(incidentId === 'INC-1' ? 'x' : 'y', 0, [mitigated('settled')], {
      work: [],
      settles: [{ ...settle, alertId: idOf(name), decision: 'attached', incidentId }],
    });
  }
  return { state, url };
}

/** A state whose one incident was opened and closed 500 days ago, hashed as it would have been then. */
async function oldJournal(): Promise<{ state: State; url: string }> {
  const url = await server.createDatabase();
  const state = await opened(url);
  let previousHash = '0'.repeat(64);
  for (const [index, event] of [mitigated('secret'), closed].entries()) {
    const body = canonicalJson(event);
    const at = new Date(Date.now() - 500 * 86_400_000).toISOString();
    const place = { position: index + 1, stream: 'INC-1', version: index + 1, at, schemaVersion: 1 };
    const hashed = { ...place, type: event.type, bodyHash: bodyHashOf(body), previousHash };
    previousHash = entryHash(hashed);
    await query(
      url,
      `insert into firebreak.journal (position, stream, version, at, schema_version, type, body_hash, previous_hash, hash, body)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [...Object.values(hashed), previousHash, body],
    );
  }
  await query(url, 'update firebreak.journal_head set position = 2, hash = $1', [previousHash]);
  await query(
    url,
    `insert into firebreak.incident (id, dedupe_key, dedupe_hash, database, title, status, updated_at)
     values ('INC-1', 'k', 'k', 'orders', 'Pool is full', 'closed', now() - interval '500 days')`,
  );
  return { state, url };
}

test('a pruned journal verifies, and against an anchor from before', async () => {
  const { state, url } = await oldJournal();
  const anchors = [await state.journal.head()];
  expect(await state.journal.verify(anchors)).toMatchObject({ chainOk: true, pruned: 0 });
  expect(await state.retention.prune(POLICY, BY)).toMatchObject({ incidents: 1, entries: 2 });
  expect(await state.journal.verify(anchors)).toMatchObject({ chainOk: true, pruned: 2, events: 3 });

  await query(
    url,
    `begin; set session_replication_role = replica;
     update firebreak.journal set at = at + interval '1 day' where position = 1; commit`,
  );
  expect(await state.journal.verify(anchors)).toMatchObject({
    chainOk: false,
    position: 1,
    touched: ['INC-1'],
  });
});

test('an alert that is held back is kept until it was decided on, however old it is', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.alerts.store([alertOf('silenced'), alertOf('ignored')]);
  for (const { id, alert } of await state.alerts.list(9)) {
    const held = alert.fingerprint === 'silenced';
    const settlement = {
      alertId: id,
      decision: held ? ('silenced' as const) : ('ignored' as const),
      reason: 'r',
      incidentId: null,
      heldUntil: held ? '2100-01-01T00:00:00Z' : null,
      heldBy: null,
    };
    await state.journal.append(`intake/${id}`, 0, [mitigated('settled')], {
      work: [],
      settles: [settlement],
    });
  }
  await query(
    url,
    `update firebreak.alert set received_at = received_at - interval '200 days',
       settled_at = settled_at - interval '200 days'`,
  );
  expect(await state.retention.prune(POLICY, BY)).toMatchObject({ alerts: 1 });
  expect((await state.alerts.list(9)).map(({ alert }) => alert.fingerprint)).toEqual(['silenced']);
  await query(url, 'update firebreak.alert set held_until = now()');
  await state.alerts.release();
  expect((await state.alerts.unsettled(0, 9)).alerts).toMatchObject([{ alert: { fingerprint: 'silenced' } }]);
});

test('a closed incident without content answers that it is gone, and every list still shows it', async () => {
  const { state } = await oldJournal();
  await state.retention.prune(POLICY, BY);
  const ledger = createLedger(state, quiet);
  expect(await ledger.load('INC-1')).toBeNull();
  const close = { command: { type: 'close', by: BY, reason: 'again' } } as const;
  expect((await ledger.change('INC-1', () => close)).refusal).toMatchObject({
    reason: 'closed',
    message: expect.stringContaining('its content was removed'),
  });
  expect(await state.incidents.list(9)).toMatchObject([{ id: 'INC-1', prunedAt: expect.any(String) }]);
  expect(await state.journal.read('INC-1')).toEqual([]);
});

test('a running Firebreak applies the policy at its start, and again after a day', async () => {
  const { state } = await oldJournal();
  const days = Promise.withResolvers<void>();
  const pauses: number[] = [];
  const clock = {
    now: () => new Date(),
    steady: () => performance.now(),
    async sleep(ms: number, signal: AbortSignal) {
      pauses.push(ms);
      if (pauses.length === 2) days.resolve();
      if (pauses.length > 1) await new Promise((_, reject) => signal.addEventListener('abort', reject));
    },
  };
  const kept = keepRetention({ state, policy: POLICY, clock, logger: quiet });
  await days.promise;
  await kept[Symbol.asyncDispose]();
  expect(pauses).toEqual([86_400_000, 86_400_000]);
  expect(await state.journal.read('journal')).toMatchObject([
    { event: { type: 'journal.pruned', by: { kind: 'policy', id: 'retention' } } },
  ]);
});

/** Everything but INC-2 happened so many days earlier: the chain is written anew by nobody, only rows are old. */
async function age(url: string, days: number): Promise<void> {
  await query(
    url,
    `update firebreak.incident set updated_at = updated_at - make_interval(days => ${days}) where id <> 'INC-2'`,
  );
  await query(
    url,
    `update firebreak.alert set received_at = received_at - make_interval(days => ${days}),
       settled_at = settled_at - make_interval(days => ${days})`,
  );
}

test('what is over for long enough loses its content, and the journal says so and stays whole', async () => {
  const { state, url } = await journalOfThree();
  expect(await state.retention.due(POLICY)).toEqual({ incidents: 0, alerts: 0, entries: 0 });
  await age(url, 401);
  const due = { incidents: 1, alerts: 2, entries: 3 };
  expect(await state.retention.due(POLICY)).toEqual(due);
  const head = await state.journal.head();
  expect(await state.retention.prune(POLICY, BY)).toEqual(due);

  const rows = await query<{ text: string }>(url, 'select journal::text as text from firebreak.journal');
  const all = rows.map(({ text }) => text).join('\n');
  expect(all).not.toMatch(/secret of INC-1|secret reason/);
  expect(all).toMatch(/secret of INC-2/);
  expect(await state.journal.read('INC-1')).toEqual([]);
  expect(await state.journal.read('INC-2')).toHaveLength(2);
  expect(await state.journal.read('journal')).toMatchObject([
    { event: { type: 'journal.pruned', policy: POLICY, by: BY, alerts: 2, streams: { 'INC-1': 2 } } },
  ]);
  expect((await state.alerts.list(9)).map(({ alert }) => alert.fingerprint).sort()).toEqual([
    'open',
    'unsettled',
  ]);
  expect(await state.incidents.list(9)).toMatchObject([
    { id: 'INC-3', prunedAt: null },
    { id: 'INC-2', prunedAt: null, title: 'secret title of INC-2' },
    { id: 'INC-1', prunedAt: expect.any(String), title: 'Removed by retention' },
  ]);
  expect([await state.messages.list('INC-1'), await state.progress.get('INC-1')]).toEqual([[], null]);
  expect(await state.messages.list('INC-2')).toHaveLength(1);

  const exported: (string | null)[] = [];
  for await (const { body } of state.journal.export()) exported.push(body);
  expect(exported.filter((body) => body === null)).toHaveLength(3);
  // The rows were made older than their entries, which are hashed: that alone is what is found.
  expect(await state.journal.verify([head])).toMatchObject({
    pruned: 3,
    problem: expect.stringContaining('not over for as long'),
  });
  expect(await state.retention.prune(POLICY, BY)).toEqual({ incidents: 0, alerts: 0, entries: 0 });
});

test('a policy that keeps everything removes nothing', async () => {
  const { state, url } = await journalOfThree();
  await age(url, 4_000);
  const policy = { closedIncidentDays: null, alertDays: null };
  expect(await state.retention.prune(policy, BY)).toEqual({ incidents: 0, alerts: 0, entries: 0 });
  expect(await state.journal.read('journal')).toEqual([]);
});

test('of two replicas that prune at once, each entry is pruned by one', async () => {
  const { state, url } = await journalOfThree();
  const other = await opened(url);
  await age(url, 401);
  const both = await Promise.all([state.retention.prune(POLICY, BY), other.retention.prune(POLICY, BY)]);
  expect(both.reduce((sum, { entries }) => sum + entries, 0)).toBe(3);
  expect(await state.journal.read('journal')).toHaveLength(1);
});

test('the database removes content only under a journal.pruned entry that names it, and nothing but content', async () => {
  const { state, url } = await journalOfThree();
  const pruned = {
    type: 'journal.pruned',
    policy: POLICY,
    by: BY,
    streams: { 'INC-1': 2 },
    alerts: 0,
  } as const;
  const refused = 'The journal is append-only';
  const removal = (stream: string) => `update firebreak.journal set body = null where stream = '${stream}'`;
  await expect(query(url, removal('INC-1'))).rejects.toThrow(refused);
  await state.journal.append('journal', 0, [pruned], { work: [] });
  await expect(query(url, removal('INC-2'))).rejects.toThrow(refused);
  await expect(
    query(url, "update firebreak.journal set body = null, at = now() where stream = 'INC-1'"),
  ).rejects.toThrow(refused);
  await expect(query(url, "update firebreak.journal set body = '{}' where stream = 'INC-1'")).rejects.toThrow(
    refused,
  );
  await expect(query(url, "delete from firebreak.journal where stream = 'INC-1'")).rejects.toThrow(refused);
  await query(url, removal('INC-1'));
  await expect(query(url, "update firebreak.journal set body = '{}' where stream = 'INC-1'")).rejects.toThrow(
    refused,
  );
  await state.journal.append('INC-3', 1, [mitigated('later')], { work: [] });
  await expect(query(url, removal('INC-3'))).rejects.toThrow(refused);
});
