import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { opened, startServer, type TestServer } from '../adapters/state/support.ts';
import {
  alertmanagerAlert,
  alertmanagerBody,
  bearer,
  genericBody,
  KEY,
  signed,
  startReception,
  TOKEN,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const json = JSON.stringify;
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('a webhook of Alertmanager is stored alert by alert, and its repeat is counted', async () => {
  const state = await opened(await server.createDatabase());
  const { post } = await startReception(state);
  const body = json(alertmanagerBody());
  const first = await post('/alerts/alertmanager', body, bearer);
  expect(first).toMatchObject({ status: 202, text: json({ stored: 3, repeated: 0 }) });
  const again = await post('/alerts/alertmanager', body, bearer);
  expect(again).toMatchObject({ status: 202, text: json({ stored: 0, repeated: 3 }) });

  const stored = await state.alerts.list(10);
  expect(stored).toHaveLength(3);
  const byFingerprint = new Map(stored.map(({ alert }) => [alert.fingerprint, alert]));
  expect(byFingerprint.get('a3c1f7e09b1d5521')).toEqual({
    source: 'alertmanager',
    status: 'firing',
    fingerprint: 'a3c1f7e09b1d5521',
    name: 'ConnectionPoolExhausted',
    labels: {
      alertname: 'ConnectionPoolExhausted',
      database: 'orders-primary',
      service: 'order-service',
      severity: 'critical',
      pod: 'order-service-1',
    },
    annotations: {
      summary: 'order-service: connection pool exhausted',
      runbook_url: 'https://wiki.example/x',
    },
    startsAt: '2024-11-15T14:23:04.512345678Z',
    endsAt: null,
    generatorUrl: 'http://prometheus.example:9090/graph?g0.expr=pool_waiting+%3E+0&g0.tab=1',
  });
  expect(byFingerprint.get('90be11d36cc2f04a')).toMatchObject({
    status: 'resolved',
    endsAt: '2024-11-15T14:31:04.512345678Z',
  });
});

test('one alert of the generic form is stored, of any content type', async () => {
  const state = await opened(await server.createDatabase());
  const { post } = await startReception(state);
  const body = json(genericBody({ link: 'https://ci.example/42' }));
  for (const type of ['application/json', 'text/plain; charset=utf-8', 'application/x-www-form-urlencoded']) {
    const headers = { ...signed(body), 'content-type': type };
    expect(await post('/alerts/checks', body, headers)).toMatchObject({ status: 202 });
  }
  const stored = await state.alerts.list(10);
  expect(stored).toHaveLength(1);
  expect(stored[0]?.alert).toMatchObject({
    source: 'checks',
    fingerprint: 'deploy-42',
    labels: { alertname: 'ConnectionPoolExhausted', database: 'orders-primary' },
    annotations: { summary: 'The pool is full' },
    generatorUrl: 'https://ci.example/42',
  });
});

const alert = alertmanagerAlert('order-service-1', 'a3c1f7e09b1d5521');
const bad: [string, string | Uint8Array<ArrayBuffer>, RegExp][] = [
  ['nothing at all', '', /not JSON/],
  ['malformed JSON', '{"version":', /not JSON/],
  ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00), /not JSON/],
  ['null', 'null', /^body: .*format alertmanager/],
  ['a list', '[]', /^body: .*format alertmanager/],
  ['another version', json({ ...alertmanagerBody(), version: '5' }), /^version: /],
  ['no alerts', json(alertmanagerBody([])), /^alerts: /],
  ['no fingerprint', json(alertmanagerBody([{ ...alert, fingerprint: '' }])), /^alerts.0.fingerprint: /],
  ['an unknown status', json(alertmanagerBody([alert, { ...alert, status: 'ok' }])), /^alerts.1.status: /],
  ['no moment', json(alertmanagerBody([{ ...alert, startsAt: 'today' }])), /^alerts.0.startsAt: /],
  [
    'a label that is a number',
    json(alertmanagerBody([{ ...alert, labels: { n: 1 } }])),
    /^alerts.0.labels.n: /,
  ],
  ['too deep', nested(41), /nested more than 40 levels/],
  ['far too deep', '['.repeat(500_000) + ']'.repeat(500_000), /nested more than 40 levels/],
  ['NUL in a label', json(alertmanagerBody([{ ...alert, labels: { a: 'x\0' } }])), /Unicode/],
  [
    'half a surrogate in a label',
    json(alertmanagerBody([{ ...alert, labels: { a: 'x\ud800' } }])),
    /Unicode/,
  ],
  [
    'half a surrogate in the name of a label',
    json(alertmanagerBody([{ ...alert, labels: { '\udc00': 'x' } }])),
    /Unicode/,
  ],
];
test.each(bad)('%s is answered 400 with the reason, and nothing is stored', async (_, body, reason) => {
  const state = await shared();
  const { post, log } = await startReception(state);
  const answer = await post('/alerts/alertmanager', body, bearer);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(reason) });
  expect(log()).toContain('malformed alert');
  expect(await state.alerts.list(1)).toEqual([]);
});

test('the generic form names a field that it does not know', async () => {
  const state = await shared();
  const { post } = await startReception(state);
  const body = json(genericBody({ sumary: 'typo' }));
  const answer = await post('/alerts/checks', body, signed(body));
  expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('sumary') });
  expect(await state.alerts.list(1)).toEqual([]);
});

const now = new Date('2026-11-15T05:23:00Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const good = json(genericBody());
const text = json(alertmanagerBody());
const refusals: [string, string, string, Record<string, string>][] = [
  ['no bearer token', 'alertmanager', text, {}],
  ['a wrong bearer token', 'alertmanager', text, { authorization: `Bearer ${TOKEN}x` }],
  ['a prefix of the bearer token', 'alertmanager', text, { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
  ['another scheme', 'alertmanager', text, { authorization: `Basic ${TOKEN}` }],
  ['a signature instead of the token', 'alertmanager', text, signed(text, now)],
  ['no signature', 'checks', good, {}],
  ['the token instead of a signature', 'checks', good, bearer],
  ['a signature of another key', 'checks', good, signed(good, now, 'another key')],
  ['a signature of another body', 'checks', `${good} `, signed(good, now)],
  ['a signature that is too old, as of a late replay', 'checks', good, signed(good, minutes(-6))],
  ['a signature from the future', 'checks', good, signed(good, minutes(6))],
  ['a signature whose time was changed', 'checks', good, moved(signed(good, minutes(-6)))],
  ['a malformed signature', 'checks', good, { 'x-firebreak-signature': 't=now,v1=00' }],
];
function moved(headers: Record<string, string>): Record<string, string> {
  const fresh = `t=${now.getTime() / 1000},`;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/^t=\d+,/, fresh)]),
  );
}

test.each(refusals)('%s is answered 401', async (_, source, body, headers) => {
  const state = await shared();
  const { post, log } = await startReception(state, () => now);
  const answer = await post(`/alerts/${source}`, body, headers);
  expect(answer.status).toBe(401);
  expect(log()).toContain('alert refused');
  for (const secret of [TOKEN, KEY]) expect(`${answer.text} ${log()}`).not.toContain(secret);
  expect(await state.alerts.list(1)).toEqual([]);
});

test('a signature is good for five minutes, and a replay within them is a repeat', async () => {
  const state = await opened(await server.createDatabase());
  let present = now;
  const { post } = await startReception(state, () => present);
  const headers = signed(good, now);
  expect(await post('/alerts/checks', good, headers)).toMatchObject({ status: 202 });
  present = minutes(4);
  expect(await post('/alerts/checks', good, headers)).toMatchObject({
    status: 202,
    text: json({ stored: 0, repeated: 1 }),
  });
});

test('a source that is not configured is answered 404, whatever is sent', async () => {
  const { post } = await startReception(await shared());
  for (const name of ['nobody', '__proto__', 'constructor', '..%2falertmanager']) {
    expect(await post(`/alerts/${name}`, text, bearer)).toMatchObject({ status: 404 });
  }
});

test('a body over one MiB is answered 413, one just below it is read', async () => {
  const state = await shared();
  const { post } = await startReception(state);
  const padded = (length: number) => `${' '.repeat(length - 4)}null`;
  expect(await post('/alerts/alertmanager', padded(1024 * 1024 + 1), bearer)).toMatchObject({ status: 413 });
  expect(await post('/alerts/alertmanager', padded(1024 * 1024), bearer)).toMatchObject({ status: 400 });
  expect(await state.alerts.list(1)).toEqual([]);
});

test('nothing is acknowledged while it cannot be stored; the same delivery is taken when it can', {
  timeout: 60_000,
}, async () => {
  const own = await startServer();
  try {
    const state = await opened(own.url());
    const { post, log } = await startReception(state);
    await own.stop();
    const refused = await post('/alerts/alertmanager', text, bearer);
    expect(refused).toMatchObject({ status: 503, retryAfter: '5' });
    expect(JSON.parse(refused.text)).toEqual({ error: expect.stringMatching(/again/) });
    expect(`${refused.text} ${log()}`).not.toContain(TOKEN);
    expect(log()).toContain('could not be stored');
    await own.start();
    expect(await post('/alerts/alertmanager', text, bearer)).toMatchObject({ status: 202 });
    expect(await state.alerts.list(10)).toHaveLength(3);
    await state.stop();
  } finally {
    await own.end();
  }
});

test('fifty deliveries at once of one alert store it once', async () => {
  const state = await opened(await server.createDatabase());
  const { post } = await startReception(state);
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => post('/alerts/alertmanager', text, bearer)),
  );
  const counted = answers.map(({ text: answer }) => JSON.parse(answer) as { stored: number });
  expect(counted.reduce((sum, { stored }) => sum + stored, 0)).toBe(3);
  expect(await state.alerts.list(100)).toHaveLength(3);
});

test('whatever is sent, the answer is not a fault of ours', { timeout: 60_000 }, async () => {
  const state = await opened(await server.createDatabase());
  const { post } = await startReception(state);
  const value = fc.anything({ withNullPrototype: false, maxDepth: 4 });
  const words = fc.string({ unit: 'binary' });
  const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
  const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  const oneAlert = fc.record(
    {
      status: often(fc.constantFrom('firing', 'resolved'), value),
      labels: often(fc.dictionary(words, words), value),
      annotations: often(fc.dictionary(words, words), value),
      startsAt: often(
        moment.map((date) => date.toISOString()),
        words,
      ),
      endsAt: words,
      generatorURL: words,
      fingerprint: fc.string({ unit: 'binary', minLength: 1 }),
    },
    { requiredKeys: ['status', 'labels', 'startsAt', 'fingerprint'] },
  );
  const near = fc.record({
    version: often(fc.constant('4'), value),
    alerts: fc.array(oneAlert, { maxLength: 3 }),
  });
  const seen = new Set<number>();
  const safe = (body: unknown) => {
    try {
      return json(body) ?? 'undefined';
    } catch {
      return 'no JSON';
    }
  };
  const body = fc.oneof(
    { weight: 3, arbitrary: near.map(safe) },
    { weight: 1, arbitrary: value.map(safe) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Uint8Array.from(bytes)) },
  );
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const before = await state.alerts.list(1);
      const answer = await post('/alerts/alertmanager', sent, bearer);
      seen.add(answer.status);
      expect([202, 400, 413]).toContain(answer.status);
      if (answer.status !== 202) expect(await state.alerts.list(1)).toEqual(before);
    }),
    { numRuns: 200 },
  );
  expect(seen).toEqual(new Set([202, 400]));
});

let common: Awaited<ReturnType<typeof server.createDatabase>> | undefined;
/** A state that nothing is ever stored in. */
async function shared() {
  common ??= await server.createDatabase();
  return opened(common);
}
