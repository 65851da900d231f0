import { expect, it } from 'vitest';
import { createOnCall } from '../../../src/adapters/oncall/on-call.ts';
import { createPager } from '../../../src/adapters/oncall/pager.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { fixture, NOW, onCallBy, PAGE, pagerBy, type Reply, vendor } from './support.ts';

async function asked(answer: (count: number) => Reply) {
  const { url, requests } = await vendor((_seen, count) => answer(count));
  const asking = onCallBy({
    name: 'platform',
    type: 'pagerduty',
    token: new Secret('pd-token'),
    schedules: ['A'],
    escalationPolicies: [],
    apiUrl: url,
  });
  return { asking, requests };
}

const good: Reply = { body: fixture('pagerduty-oncalls') };

it.each([401, 403])('does not repeat what is refused with %i, and points at the secret', async (status) => {
  const { asking, requests } = await asked(() => ({ status, body: { error: { message: 'Unauthorized' } } }));
  await expect(asking).rejects.toMatchObject({
    code: 'on-call-error',
    retryable: false,
    hint: expect.stringContaining('secret in onCall "platform"'),
  });
  expect(requests).toHaveLength(1);
});

it.each(['retry-after', 'ratelimit-reset'])('waits as long as %s says', async (header) => {
  const { asking, requests } = await asked((count) =>
    count === 1 ? { status: 429, headers: { [header]: '1' } } : good,
  );
  const since = performance.now();
  expect(await asking).toHaveLength(2);
  expect(performance.now() - since).toBeGreaterThan(950);
  expect(requests).toHaveLength(2);
});

it('does not wait for a minute: whoever asked is told', async () => {
  const { asking, requests } = await asked(() => ({ status: 429, headers: { 'retry-after': '60' } }));
  await expect(asking).rejects.toMatchObject({ code: 'on-call-error', retryable: true });
  expect(requests).toHaveLength(1);
});

it('repeats what failed on the side of the service', async () => {
  const { asking, requests } = await asked((count) => (count < 3 ? { status: 503, body: 'busy' } : good));
  expect(await asking).toHaveLength(2);
  expect(requests).toHaveLength(3);
});

it('gives up on a service that does not answer', async () => {
  const { asking, requests } = await asked(() => 'hang');
  await expect(asking).rejects.toMatchObject({
    code: 'on-call-unreachable',
    message: 'On-call source "platform" cannot be reached: no answer within 0.3 s.',
  });
  expect(requests).toHaveLength(3);
});

it.each([
  ['a login page', { body: '<html>Sign in</html>' }],
  ['nothing', { body: '' }],
  ['JSON of another form', { body: { oncalls: 'Ada' } }],
  ['JSON that is cut', { body: '{"oncalls": [' }],
  ['megabytes', { body: 'x'.repeat(3_000_000) }],
])('takes nobody for on call when the answer is %s', async (_what, reply) => {
  const { asking } = await asked(() => reply);
  await expect(asking).rejects.toMatchObject({
    code: 'on-call-error',
    message: expect.stringContaining('not in the form of its API'),
  });
});

it('follows no redirect with its token', async () => {
  const { asking, requests } = await asked(() => ({ status: 302, headers: { location: '/elsewhere' } }));
  await expect(asking).rejects.toMatchObject({ code: 'on-call-error' });
  expect(requests).toHaveLength(1);
});

it('stops when it is told to', async () => {
  const { url } = await vendor(() => 'hang');
  const stop = new AbortController();
  const asking = onCallBy({ name: 'own', type: 'webhook', url, hmac: new Secret('k') }, stop.signal);
  stop.abort(new Error('stopping'));
  await expect(asking).rejects.toThrow('stopping');
});

it('repeats a page under the same key when its answer was lost', async () => {
  const { url, requests } = await vendor((_seen, count) =>
    count === 1 ? 'hang' : { status: 202, body: fixture('pagerduty-accepted') },
  );
  await pagerBy({ name: 'pd', type: 'pagerduty', routingKey: new Secret('r'), eventsUrl: url }).page();
  expect(requests.map(({ body }) => JSON.parse(body).dedup_key)).toEqual([PAGE.dedupeKey, PAGE.dedupeKey]);
});

it('says that nothing of that name is configured', async () => {
  const options = { fetch, clock: { now: () => NOW } };
  const { signal } = new AbortController();
  await expect(createOnCall([], options).now('x', signal)).rejects.toMatchObject({ code: 'on-call-error' });
  await expect(createPager([], options).page('x', { ...PAGE, link: null }, signal)).rejects.toMatchObject({
    code: 'pager-error',
  });
});
