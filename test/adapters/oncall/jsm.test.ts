import { expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { fixture, onCallBy, PAGE, pagerBy, type Seen, vendor } from './support.ts';

const users = (seen: Seen) =>
  seen.url.searchParams.get('accountId')?.startsWith('70121') === true ? 'jira-user-hidden' : 'jira-user';

it.each(['jsm-on-calls-flat', 'jsm-on-calls'])(
  'names the users of a schedule (%s), each once, and their e-mail where they show it',
  async (answer) => {
    const { url, requests } = await vendor((seen) => ({
      body: fixture(seen.url.pathname.endsWith('/on-calls') ? answer : users(seen)),
    }));
    const people = await onCallBy({
      name: 'jsm',
      type: 'jsm',
      cloudId: '3f1c',
      schedule: '9a2b',
      email: 'bot@acme.example',
      apiToken: new Secret('jsm-token'),
      apiUrl: url,
    });
    expect(people).toEqual([
      { name: 'Ada Lindqvist', email: 'ada@acme.example', slackId: null, until: null },
      { name: 'Bea Okafor', email: null, slackId: null, until: null },
    ]);
    expect(requests.map((seen) => seen.url.pathname)).toEqual([
      '/jsm/ops/api/3f1c/v1/schedules/9a2b/on-calls',
      '/ex/jira/3f1c/rest/api/3/user',
      '/ex/jira/3f1c/rest/api/3/user',
    ]);
    const basic = `Basic ${Buffer.from('bot@acme.example:jsm-token').toString('base64')}`;
    expect(requests.every(({ headers }) => headers.authorization === basic)).toBe(true);
  },
);

const pagerOf = (apiUrl: string) =>
  pagerBy({ name: 'jsm', type: 'jsm', apiKey: new Secret('genie'), priority: 'P1', apiUrl });

it('opens an alert whose alias is the dedupe key, and closes it by that', async () => {
  const { url, requests } = await vendor(() => ({ status: 202, body: fixture('jsm-accepted') }));
  const pager = pagerOf(url);
  expect(await pager.page()).toEqual({ reference: '43a29c5c-3dbf-4fa4-9c26-f4f71023e120' });
  await pager.acknowledge();
  await pager.resolve();
  expect(requests.map((seen) => `${seen.url.pathname}${seen.url.search}`)).toEqual([
    '/jsm/ops/integration/v2/alerts',
    `/jsm/ops/integration/v2/alerts/${PAGE.dedupeKey}/acknowledge?identifierType=alias`,
    `/jsm/ops/integration/v2/alerts/${PAGE.dedupeKey}/close?identifierType=alias`,
  ]);
  expect(requests[0]?.headers.authorization).toBe('GenieKey genie');
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
    message: PAGE.summary,
    alias: PAGE.dedupeKey,
    priority: 'P1',
    entity: 'orders-primary',
    details: { incident: 'INC-7' },
  });
});

it('cuts the message to the length that is taken, and keeps the whole in the description', async () => {
  const { url, requests } = await vendor(() => ({ status: 202, body: fixture('jsm-accepted') }));
  await pagerOf(url).page(null, 'y'.repeat(400));
  const body = JSON.parse(requests[0]?.body ?? '');
  expect(body.message).toHaveLength(130);
  expect(body.description).toHaveLength(400);
});
