import { expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { hmac as way } from '../../../src/intake/authentication/hmac.ts';
import { NOW, onCallBy, PAGE, pagerBy, type Seen, vendor } from './support.ts';

const hmac = new Secret('shared-key');
const proof = ({ headers, body }: Seen, key = hmac) =>
  way.verifier([key], { fetch })({ headers, body: Buffer.from(body), receivedAt: NOW });

it('asks with a signature that proves time and body, in the form that alerts are signed in', async () => {
  const { url, requests } = await vendor(() => ({
    body: {
      people: [
        { name: 'Ada', email: 'ada@acme.example', slackId: 'U0ADA1234', until: '2026-11-15T18:00:00Z' },
        { name: 'Bea' },
      ],
    },
  }));
  expect(await onCallBy({ name: 'own', type: 'webhook', url, hmac })).toEqual([
    { name: 'Ada', email: 'ada@acme.example', slackId: 'U0ADA1234', until: '2026-11-15T18:00:00Z' },
    { name: 'Bea', email: null, slackId: null, until: null },
  ]);
  const [seen] = requests;
  expect(seen && proof(seen)).toBeNull();
  expect(seen && proof(seen, new Secret('other'))).toMatchObject({
    reason: expect.stringContaining('does not match'),
  });
  expect(JSON.parse(seen?.body ?? '')).toEqual({ type: 'on-call' });
});

it.each([
  ['a Slack id that is none', { people: [{ name: 'Ada', slackId: '<!channel>' }] }],
  ['nobody named', { people: [{ name: '' }] }],
  ['another form', { oncall: ['ada'] }],
])('believes no answer with %s', async (_what, body) => {
  const { url } = await vendor(() => ({ body }));
  const asking = onCallBy({ name: 'own', type: 'webhook', url, hmac });
  await expect(asking).rejects.toMatchObject({ code: 'on-call-error' });
});

it('pages, acknowledges and resolves, each signed', async () => {
  const { url, requests } = await vendor((_seen, count) => ({
    body: count === 1 ? { reference: 'TICKET-9' } : {},
  }));
  const pager = pagerBy({ name: 'own', type: 'webhook', url, hmac });
  expect(await pager.page()).toEqual({ reference: 'TICKET-9' });
  await pager.acknowledge();
  await pager.resolve();
  expect(requests.map((seen) => proof(seen))).toEqual([null, null, null]);
  expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
    {
      type: 'page',
      dedupeKey: PAGE.dedupeKey,
      incident: 'INC-7',
      database: 'orders-primary',
      summary: PAGE.summary,
      link: 'https://acme.slack.com/archives/C1/p1',
    },
    { type: 'acknowledge', dedupeKey: PAGE.dedupeKey },
    { type: 'resolve', dedupeKey: PAGE.dedupeKey },
  ]);
});
