import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertOf, incidentRow, mitigated, opened, query, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

test('of a thousand deliveries of one alert, one is stored, and the others are counted', async () => {
  const url = await server.createDatabase();
  const one = await opened(url);
  const other = await opened(url);
  const calls = Array.from({ length: 100 }, (_, call) =>
    (call % 2 === 0 ? one : other).alerts.store(Array.from({ length: 10 }, () => alertOf('a'))),
  );
  const answers = await Promise.all(calls);
  expect(answers.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
  expect(answers.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(999);
  expect(await one.alerts.list(10)).toHaveLength(1);
  expect(await query(url, 'select repeats from firebreak.alert where last_repeat_at is not null')).toEqual([
    { repeats: '999' },
  ]);
});

test('calls that bring the same alerts in different orders do not block each other', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const alerts = Array.from({ length: 40 }, (_, index) => alertOf(`f${index}`));
  const calls = Array.from({ length: 20 }, (_, call) =>
    state.alerts.store(call % 2 === 0 ? alerts : alerts.toReversed()),
  );
  const answers = await Promise.all(calls);
  expect(answers.reduce((sum, { stored }) => sum + stored, 0)).toBe(40);
});

test('what is stored is read back, newest first; firing and resolved are two deliveries', async () => {
  const state = await opened(await server.createDatabase());
  const firing = alertOf('a', { labels: { query: "select 'x'\u0000" } });
  const resolved = alertOf('a', { status: 'resolved', endsAt: '2024-11-15T15:47:00Z' });
  await state.alerts.store([firing]);
  await state.alerts.store([resolved]);
  const stored = await state.alerts.list(10);
  expect(stored.map(({ alert }) => alert.status)).toEqual(['resolved', 'firing']);
  expect(stored[0]).toMatchObject({ alert: resolved, settlement: null });
  expect(stored[1]?.alert.labels).toEqual({ query: "select 'x'\ufffd" });
  expect(await state.alerts.get(stored[1]?.id ?? '')).toEqual(stored[1]);
  expect(await state.alerts.get('ALERT-999')).toBeNull();
  expect(stored[0]?.receivedAt).toMatch(/^\d{4}-.*\.\d{3}Z$/);
});

test('a fingerprint of any length and content is stored', async () => {
  const state = await opened(await server.createDatabase());
  const fingerprint = `\0${'x'.repeat(100_000)}`;
  expect(await state.alerts.store([alertOf(fingerprint)])).toEqual({ stored: 1, repeated: 0 });
  expect(await state.alerts.store([alertOf(fingerprint)])).toEqual({ stored: 0, repeated: 1 });
});

test('progress and chat messages are overwritten, incident ids never come twice', async () => {
  const state = await opened(await server.createDatabase());
  const progress = { step: 'watch', attempt: 1, progress: { text: '3 of 5 samples', series: [] } };
  await state.progress.put('INC-1', { ...progress, attempt: 2 });
  await state.progress.put('INC-1', progress);
  expect(await state.progress.get('INC-1')).toMatchObject(progress);
  expect(await state.progress.get('INC-2')).toBeNull();

  const message = {
    incidentId: 'INC-1',
    key: 'parent',
    channel: 'C1',
    ts: null,
    nonce: 'n',
    contentHash: 'h',
  };
  await state.messages.put(message);
  await state.messages.put({ ...message, ts: '1.2' });
  expect(await state.messages.list('INC-1')).toEqual([{ ...message, ts: '1.2' }]);

  const ids = await Promise.all(Array.from({ length: 10 }, () => state.incidents.nextIds(2)));
  expect(new Set(ids.flat()).size).toBe(20);
  expect(ids.flat()).toContain('INC-1');
});

test('an alert that still fires long after its incident was closed is stored again, once', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.alerts.store([alertOf('a')]);
  const [first] = await state.alerts.list(1);
  const row = incidentRow('INC-1', { status: 'closed' });
  const settles = { alertId: first?.id ?? '', decision: 'opened' as const, reason: 'r', incidentId: 'INC-1' };
  await state.journal.append('INC-1', 0, [mitigated('x')], { work: [], incident: row, settles: [settles] });
  expect(await state.alerts.store([alertOf('a')])).toEqual({ stored: 0, repeated: 1 });
  await query(url, "update firebreak.incident set updated_at = clock_timestamp() - interval '6 minutes'");
  const answers = await Promise.all(Array.from({ length: 8 }, () => state.alerts.store([alertOf('a')])));
  expect(answers.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
  const alerts = await state.alerts.list(10);
  expect(alerts.map(({ settlement }) => settlement?.incidentId ?? null)).toEqual([null, 'INC-1']);
});
