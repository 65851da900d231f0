import { expect, it } from 'vitest';
import type { PagerDutyOnCall } from '../../../src/adapters/oncall/pagerduty.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { fixture, onCallBy, PAGE, pagerBy, type Reply, type Seen, vendor } from './support.ts';

const token = new Secret('pd-token');

async function asking(filter: Partial<PagerDutyOnCall>, answer: (seen: Seen) => Reply) {
  const { url, requests } = await vendor(answer);
  const people = await onCallBy({
    name: 'platform',
    type: 'pagerduty',
    token,
    schedules: [],
    escalationPolicies: [],
    apiUrl: url,
    ...filter,
  });
  return { people, requests };
}

it('asks for the schedules with their users, and names each person once, until the end of the shift', async () => {
  const { people, requests } = await asking({ schedules: ['PI7DH85', 'PXYZ'] }, () => ({
    body: fixture('pagerduty-oncalls'),
  }));
  expect(people).toEqual([
    { name: 'Ada Lindqvist', email: 'ada@acme.example', slackId: null, until: '2026-11-16T08:00:00.000Z' },
    { name: 'Head of platform', email: 'head@acme.example', slackId: null, until: null },
  ]);
  const [{ url, headers } = { url: new URL('x:'), headers: {} }] = requests;
  expect(url.pathname).toBe('/oncalls');
  expect(url.searchParams.getAll('schedule_ids[]')).toEqual(['PI7DH85', 'PXYZ']);
  expect(url.searchParams.get('include[]')).toBe('users');
  expect(headers.authorization).toBe('Token token=pd-token');
});

it('takes only the first level of an escalation policy as on call', async () => {
  const { people, requests } = await asking({ escalationPolicies: ['PT20YPA'] }, () => ({
    body: fixture('pagerduty-oncalls'),
  }));
  expect(people.map(({ name }) => name)).toEqual(['Ada Lindqvist']);
  expect(requests[0]?.url.searchParams.getAll('escalation_policy_ids[]')).toEqual(['PT20YPA']);
});

it('reads every page', async () => {
  const oncalls = fixture('pagerduty-oncalls') as { oncalls: object[] };
  const { people } = await asking({ schedules: ['A'] }, ({ url }) => {
    const first = url.searchParams.get('offset') === '0';
    return { body: { ...oncalls, oncalls: oncalls.oncalls.slice(...(first ? [0, 1] : [2])), more: first } };
  });
  expect(people).toHaveLength(2);
});

const pagerOf = (eventsUrl: string) =>
  pagerBy({ name: 'pd', type: 'pagerduty', routingKey: new Secret('r'.repeat(32)), eventsUrl });

it('pages with the dedupe key, a severity that wakes, and the way to the answer', async () => {
  const { url, requests } = await vendor(() => ({ status: 202, body: fixture('pagerduty-accepted') }));
  expect(await pagerOf(url).page()).toEqual({ reference: PAGE.dedupeKey });
  expect(requests[0]?.url.pathname).toBe('/v2/enqueue');
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
    routing_key: 'r'.repeat(32),
    event_action: 'trigger',
    dedup_key: PAGE.dedupeKey,
    links: [{ href: 'https://acme.slack.com/archives/C1/p1' }],
    payload: { summary: PAGE.summary, severity: 'critical', source: 'orders-primary', group: 'INC-7' },
  });
});

it('sends no link where there is none, and no summary beyond the limit', async () => {
  const { url, requests } = await vendor(() => ({ status: 202, body: fixture('pagerduty-accepted') }));
  await pagerOf(url).page(null, 'x'.repeat(5_000));
  const body = JSON.parse(requests[0]?.body ?? '');
  expect(body).not.toHaveProperty('links');
  expect(body.payload.summary).toHaveLength(1024);
});

it('acknowledges and resolves by the same key', async () => {
  const { url, requests } = await vendor(() => ({ status: 202, body: fixture('pagerduty-accepted') }));
  await pagerOf(url).acknowledge();
  await pagerOf(url).resolve();
  expect(requests.map(({ body }) => JSON.parse(body))).toMatchObject([
    { event_action: 'acknowledge', dedup_key: PAGE.dedupeKey },
    { event_action: 'resolve', dedup_key: PAGE.dedupeKey },
  ]);
});

it('says that a wrong routing key is the matter of the configuration, and never shows it', async () => {
  const { url, requests } = await vendor(() => ({ status: 400, body: fixture('pagerduty-invalid') }));
  const paging = pagerOf(url).page();
  await expect(paging).rejects.toMatchObject({ code: 'pager-error', retryable: false });
  await expect(paging).rejects.not.toThrow('rrrr');
  expect(requests).toHaveLength(1);
});
