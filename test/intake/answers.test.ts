import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { FirebreakError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { AlertSource } from '../../src/intake/alert-source.ts';
import { type Amazon, amazon, TOPIC } from './authentication/amazon.ts';
import { recorded } from './sources/recorded.ts';
import { bearer, bearerToken, startDoor } from './support.ts';

let sns: Amazon;
beforeAll(async () => {
  sns = await amazon();
});
afterAll(() => sns.restore());

const unlimited = { rateLimit: null };
const pagerduty: AlertSource = {
  ...unlimited,
  name: 'pagerduty',
  format: 'pagerduty',
  authentication: { way: 'pagerdutySignature', keys: [new Secret('pd-secret')] },
};
const sentry: AlertSource = {
  ...unlimited,
  name: 'sentry',
  format: 'sentry',
  authentication: { way: 'sentrySignature', keys: [new Secret('sentry-secret')] },
};
const cloudwatch: AlertSource = {
  ...unlimited,
  name: 'cloudwatch',
  format: 'cloudwatch',
  authentication: { way: 'snsSignature', keys: { topicArns: [TOPIC] } },
};
const datadog: AlertSource = {
  ...unlimited,
  name: 'datadog',
  format: 'datadog',
  authentication: bearerToken,
};

const bytes = (name: string) => new Uint8Array(recorded(name));
const sign = (secret: string, name: string) =>
  createHmac('sha256', secret).update(recorded(name)).digest('hex');
const fromPagerduty = (name: string) => ({ 'x-pagerduty-signature': `v1=${sign('pd-secret', name)}` });

/** Keeps what it is given. */
function keeping() {
  const kept: Alert[] = [];
  const store = async (alerts: readonly Alert[]) => {
    kept.push(...alerts);
    return { stored: alerts.length, repeated: 0 };
  };
  return { kept, store };
}
const failing = async (): Promise<never> => {
  throw new FirebreakError('state-unavailable', 'gone', { hint: 'Wait.', retryable: true });
};

test('PagerDuty: 202 when stored, 403 for a wrong signature and 400 for a malformed event, which it does not repeat', async () => {
  const { kept, store } = keeping();
  const { post } = await startDoor({ sources: [pagerduty], store });
  const good = await post(
    '/alerts/pagerduty',
    bytes('pagerduty-triggered'),
    fromPagerduty('pagerduty-triggered'),
  );
  expect(good.status).toBe(202);
  const wrong = await post(
    '/alerts/pagerduty',
    bytes('pagerduty-triggered'),
    fromPagerduty('pagerduty-resolved'),
  );
  expect(wrong.status).toBe(403);
  const malformed = await post('/alerts/pagerduty', bytes('generic-firing'), fromPagerduty('generic-firing'));
  expect(malformed.status).toBe(400);
  expect(kept).toHaveLength(1);
});

test('what is no alert is answered 202 with the reason, and stored nowhere', async () => {
  const { kept, store } = keeping();
  const { post, log } = await startDoor({ sources: [pagerduty], store });
  const answer = await post(
    '/alerts/pagerduty',
    bytes('pagerduty-annotated'),
    fromPagerduty('pagerduty-annotated'),
  );
  expect(answer.status).toBe(202);
  expect(JSON.parse(answer.text)).toMatchObject({ stored: 0, passed: expect.stringContaining('annotated') });
  expect(log()).toContain('incident.annotated');
  expect(kept).toEqual([]);
});

test.each([pagerduty, datadog])(
  '$name: what could not be stored is answered 503, which it repeats',
  async (source) => {
    const { post } = await startDoor({ sources: [source], store: failing });
    const name = `${source.name}-triggered`;
    const answer = await post(`/alerts/${source.name}`, bytes(name), { ...bearer, ...fromPagerduty(name) });
    expect(answer).toMatchObject({ status: 503, retryAfter: '5' });
  },
);

test('Sentry has its answer within a second even when the state hangs, and the alert is stored when it goes on', async () => {
  const { kept, store } = keeping();
  const hanging = Promise.withResolvers<void>();
  const { post } = await startDoor({
    sources: [sentry],
    store: async (alerts) => {
      await hanging.promise;
      return store(alerts);
    },
  });
  const began = performance.now();
  const headers = { 'sentry-hook-signature': sign('sentry-secret', 'sentry-metric-critical') };
  const answer = await post('/alerts/sentry', bytes('sentry-metric-critical'), headers);
  expect(answer.status).toBe(503);
  expect(performance.now() - began).toBeLessThan(1_000);
  hanging.resolve();
  await expect.poll(() => kept.length).toBe(1);
});

test('a stack trace of Sentry with its variables is not too deep', async () => {
  const { kept, store } = keeping();
  const { post } = await startDoor({ sources: [sentry], store });
  const headers = { 'sentry-hook-signature': sign('sentry-secret', 'sentry-issue-alert') };
  expect((await post('/alerts/sentry', bytes('sentry-issue-alert'), headers)).status).toBe(202);
  expect(kept).toHaveLength(1);
});

const present = () => ({ Timestamp: new Date().toISOString() });

test('CloudWatch: an alarm is stored once it is proven, whatever content type SNS gives it', async () => {
  const { kept, store } = keeping();
  const { post } = await startDoor({ sources: [cloudwatch], store, fetch: sns.fetch });
  const body = sns.message('cloudwatch-alarm', present());
  const headers = { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' };
  expect((await post('/alerts/cloudwatch', body, headers)).status).toBe(202);
  expect((await post('/alerts/cloudwatch', body.replace('ALARM', 'OK'), headers)).status).toBe(403);
  expect(kept).toHaveLength(1);
});

test('CloudWatch: a proven subscription is confirmed; when that fails SNS is told to ask again', async () => {
  const { post } = await startDoor({ sources: [cloudwatch], store: failing, fetch: sns.fetch });
  const body = sns.message('cloudwatch-subscription', present());
  const url = (JSON.parse(body) as { SubscribeURL: string }).SubscribeURL;
  expect(await post('/alerts/cloudwatch', body)).toMatchObject({ status: 503, retryAfter: '5' });
  sns.published.set(url, '<ConfirmSubscriptionResponse/>');
  expect(await post('/alerts/cloudwatch', body)).toMatchObject({ status: 200, text: '{"confirmed":true}' });
  expect(sns.asked.filter((asked) => asked === url)).toHaveLength(2);
});

test('CloudWatch: nothing is called for a subscription that is not proven', async () => {
  const { post } = await startDoor({ sources: [cloudwatch], store: failing, fetch: sns.fetch });
  sns.asked.length = 0;
  const forged = { ...JSON.parse(sns.message('cloudwatch-subscription', present())), Token: 'other' };
  expect((await post('/alerts/cloudwatch', JSON.stringify(forged))).status).toBe(403);
  expect(sns.asked.filter((url) => url.includes('ConfirmSubscription'))).toEqual([]);
});

test.each([
  ['pagerduty', 429],
  ['datadog', 503],
])('%s is told %i when it sends more than its limit, and nothing more is stored', async (name, status) => {
  const { kept, store } = keeping();
  const rateLimit = { requests: 2, seconds: 60 };
  const sources = [pagerduty, datadog].map((source) => ({ ...source, rateLimit }));
  const { post, log } = await startDoor({ sources, store });
  const send = async () =>
    post(`/alerts/${name}`, bytes(`${name}-triggered`), { ...bearer, ...fromPagerduty(`${name}-triggered`) });
  expect([(await send()).status, (await send()).status]).toEqual([202, 202]);
  const answer = await send();
  expect(answer.status).toBe(status);
  expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  expect(Number(answer.retryAfter)).toBeLessThanOrEqual(60);
  expect(log()).toContain('more than its rateLimit');
  expect(kept).toHaveLength(2);
});

test('the limit of one source is not that of another', async () => {
  const { store } = keeping();
  const rateLimit = { requests: 1, seconds: 60 };
  const sources = [pagerduty, datadog].map((source) => ({ ...source, rateLimit }));
  const { post } = await startDoor({ sources, store });
  const send = async (name: string) =>
    post(`/alerts/${name}`, bytes(`${name}-triggered`), { ...bearer, ...fromPagerduty(`${name}-triggered`) });
  expect((await send('pagerduty')).status).toBe(202);
  expect((await send('pagerduty')).status).toBe(429);
  expect((await send('datadog')).status).toBe(202);
});

test('whoever guesses is told to wait, and the real sender is still taken, from the same address', async () => {
  const { store } = keeping();
  const { post } = await startDoor({
    sources: [{ ...datadog, rateLimit: { requests: 5, seconds: 60 } }],
    store,
  });
  const guess = async () =>
    post('/alerts/datadog', bytes('datadog-triggered'), { authorization: 'Bearer guess' });
  const answers = await Promise.all(Array.from({ length: 70 }, guess));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(60);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  expect(answers.find(({ status }) => status === 429)?.retryAfter).toMatch(/^[1-9]\d?$/);
  expect((await post('/alerts/datadog', bytes('datadog-triggered'), bearer)).status).toBe(202);
});
