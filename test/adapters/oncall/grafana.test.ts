import { expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { fixture, onCallBy, PAGE, pagerBy, vendor } from './support.ts';

function answers(pathname: string): string {
  if (pathname.endsWith('/final_shifts')) return 'grafana-final-shifts';
  if (pathname.includes('/schedules/')) return 'grafana-schedule';
  return pathname.includes('UC2CHRT5SD34X') ? 'grafana-user' : 'grafana-user-listed';
}

const source = { name: 'g', type: 'grafana', schedule: 'SBM7DV7BKFUYU', token: new Secret('gr') } as const;

it('names who is on call now with their Slack id, until the end of the shift where it is known', async () => {
  const { url, requests } = await vendor((seen) => ({ body: fixture(answers(seen.url.pathname)) }));
  expect(await onCallBy({ ...source, url: `${url}/oncall`, stackUrl: null })).toEqual([
    { name: 'ada', email: 'ada@acme.example', slackId: 'U0ADA1234', until: '2026-11-15T17:00:00.000Z' },
    { name: 'bea', email: null, slackId: 'U0BEA1234', until: null },
  ]);
  expect(requests[0]?.url.pathname).toBe('/oncall/api/v1/schedules/SBM7DV7BKFUYU/');
  expect(requests[0]?.headers.authorization).toBe('gr');
  const shifts = requests.find(({ url: { pathname } }) => pathname.endsWith('final_shifts'));
  expect(shifts?.url.search).toBe('?start_date=2026-11-14&end_date=2026-11-16');
});

it('names the stack to Grafana Cloud', async () => {
  const { url, requests } = await vendor((seen) => ({ body: fixture(answers(seen.url.pathname)) }));
  await onCallBy({ ...source, url, stackUrl: 'https://acme.grafana.net' });
  expect(requests[0]?.headers).toMatchObject({
    authorization: 'Bearer gr',
    'x-grafana-url': 'https://acme.grafana.net',
  });
});

it('pages through a formatted webhook, which answers no JSON, and resolves by the same id', async () => {
  const { url, requests } = await vendor(() => ({ body: 'Ok.' }));
  const webhookUrl = new Secret(`${url}/integrations/v1/formatted_webhook/abc/`);
  const pager = pagerBy({ name: 'g', type: 'grafana', webhookUrl });
  expect(await pager.page()).toEqual({ reference: PAGE.dedupeKey });
  await pager.acknowledge();
  await pager.resolve();
  expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
    {
      alert_uid: PAGE.dedupeKey,
      title: PAGE.summary,
      message: PAGE.summary,
      state: 'alerting',
      link_to_upstream_details: 'https://acme.slack.com/archives/C1/p1',
    },
    { alert_uid: PAGE.dedupeKey, title: 'Answered', state: 'ok' },
  ]);
});
