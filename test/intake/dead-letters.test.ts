import { afterAll, beforeAll, expect, test } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { createAlertDesk } from '../../src/engine/alert-desk.ts';
import { readLetter } from '../../src/intake/read-letter.ts';
import { eventually, opened, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna } from '../support/domain.ts';
import { bearer, bearerToken, startDoor } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const source = { name: 'checks', format: 'generic', authentication: bearerToken, rateLimit: null } as const;

test('what a proven sender sent and nobody could understand is kept, and taken once it can be read', async () => {
  const state = await opened(await server.createDatabase());
  const { post } = await startDoor({
    sources: [source],
    store: async (alerts) => state.alerts.store(alerts),
    keepLetter: async (letter) => state.deadLetters.keep(letter),
  });
  // The sender was set up with the form of Alertmanager.
  const alert = {
    status: 'firing',
    labels: { alertname: 'DiskFull', database: 'orders' },
    annotations: {},
    startsAt: '2026-11-15T05:23:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: 'f1',
  };
  const body = JSON.stringify({ version: '4', groupKey: 'g', status: 'firing', alerts: [alert] });
  expect((await post('/alerts/checks', body, bearer)).status).toBe(400);
  expect((await post('/alerts/checks', 'not proven', {})).status).toBe(401);
  const [letter, ...others] = await state.deadLetters.list(9);
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ source: 'checks', body, reason: expect.stringContaining('format generic') });

  const deskWith = (format: 'generic' | 'alertmanager') =>
    createAlertDesk({
      state,
      whyNot: async () => null,
      readLetter: (one) => readLetter([{ name: 'checks', format }], one),
    });
  const id = letter?.id ?? '';
  expect(await deskWith('generic').replay([id], anna)).toMatchObject({
    results: [{ said: expect.stringContaining('still cannot be understood') }],
  });
  expect(await state.deadLetters.list(9)).toHaveLength(1);
  expect(await deskWith('alertmanager').replay([id, 'ALERT-99'], anna)).toMatchObject({
    results: [{ said: expect.stringContaining('1 stored') }, { said: 'There is no such alert.' }],
  });
  expect(await state.deadLetters.list(9)).toEqual([]);
  expect((await state.alerts.list(9)).map((stored) => stored.alert.name)).toEqual(['DiskFull']);
});

test('a silence needs authority, a label, an end and a reason; it is journaled, and ended once', async () => {
  const state = await opened(await server.createDatabase());
  let denied: { message: string } | null = { message: 'You may not.' };
  const desk = createAlertDesk({ state, whyNot: async () => denied, readLetter: () => 'no' });
  const matchers = [{ name: 'database', operator: '=' as const, value: 'orders' }];
  const request = { matchers, minutes: 60, reason: 'reindexing', by: anna };
  expect(await desk.silence(request)).toEqual({ status: 'refused', message: 'You may not.' });
  denied = null;
  const everything = [{ name: 'database', operator: '!=' as const, value: 'stock' }];
  for (const wrong of [
    { matchers: everything },
    { matchers: [] },
    { minutes: 0 },
    { minutes: 10_081 },
    { reason: ' ' },
  ])
    expect(await desk.silence({ ...request, ...wrong })).toMatchObject({ status: 'refused' });
  const done = await desk.silence(request);
  const silence = done.status === 'silenced' ? done.silence : null;
  expect(await desk.silences()).toEqual([silence]);
  const ends = await Promise.all([1, 2, 3].map(async () => desk.endSilence(silence?.id ?? '', anna)));
  expect(ends.filter((refusal) => refusal === null)).toHaveLength(1);
  expect(await desk.endSilence('SIL-99', anna)).toContain('There is no silence SIL-99');
  const events = await state.journal.read(`silence/${silence?.id}`);
  expect(events.map(({ event }) => event)).toEqual([
    { type: 'silence.added', silence },
    { type: 'silence.ended', id: silence?.id, by: anna },
  ]);
});

test('what cannot be understood and cannot be kept either is not answered for good: its sender shall send it again', async () => {
  let away = true;
  const kept: string[] = [];
  const { post, log } = await startDoor({
    sources: [source],
    store: async () => ({ stored: 0, repeated: 0 }),
    keepLetter: async ({ body }) => {
      if (away)
        throw new FirebreakError('state-unavailable', 'The disk is full.', { hint: '', retryable: true });
      kept.push(body);
    },
  });
  expect(await post('/alerts/checks', 'not JSON', bearer)).toMatchObject({ status: 503, retryAfter: '5' });
  expect(log()).toContain('malformed alert could not be kept');
  away = false;
  expect((await post('/alerts/checks', 'not JSON', bearer)).status).toBe(400);
  expect(kept).toEqual(['not JSON']);
});

test('what could not be understood is told, although the process that kept it died at once', async () => {
  const url = await server.createDatabase();
  const before = await opened(url);
  await before.deadLetters.keep({ source: 'checks', reason: 'The body is not JSON.', body: 'hello' });
  await before.stop();
  const after = await opened(url);
  const told: string[] = [];
  after.queue.handle('render', async (key) => {
    told.push(key);
    return 'done';
  });
  await after.queue.start();
  await eventually('it is told', () => told.includes('intake'), 5_000);
});
