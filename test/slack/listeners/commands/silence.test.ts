import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGES, slashCommandsOf } from '../../../docs/page.ts';
import { told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

test('a database, or matchers as a phone writes them, are silenced for a while with a reason', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'silence orders 1h30m reindexing of the big table');
  expect(await told(rig.sandbox, 'U0ALICE', /SIL-1: alerts with/)).toContain('silence end SIL-1');
  expect(rig.desk.alerts.asked).toMatchObject([
    {
      matchers: [{ name: 'database', operator: '=', value: 'orders' }],
      minutes: 90,
      reason: 'reindexing of the big table',
      by: { id: 'U0ALICE', via: 'slack' },
    },
  ]);
  await type(
    rig.sandbox,
    'U0ALICE',
    'silence severity=“warning”, alertname=~"Postgres.*" 30m failover &amp; test',
  );
  await told(rig.sandbox, 'U0ALICE', /alertname/);
  expect(rig.desk.alerts.asked[1]).toMatchObject({
    matchers: [
      { name: 'severity', operator: '=', value: 'warning' },
      { name: 'alertname', operator: '=~', value: 'Postgres.*' },
    ],
    minutes: 30,
    reason: 'failover & test',
  });
});

test.each([
  ['silence orders', /Say for how long.*Nothing was silenced.*For example/],
  ['silence 2h because', /no matcher.*Nothing was silenced/],
  ['silence ordres 2h because', /no matcher.*Nothing was silenced/],
])('%s silences nothing and says what is missing', async (words, answer) => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', words);
  await told(rig.sandbox, 'U0ALICE', answer);
  expect(rig.desk.alerts.asked).toEqual([]);
});

test('a silence is ended by its id; a refusal is told', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'silence end sil-3');
  await told(rig.sandbox, 'U0ALICE', /SIL-3 is over/);
  expect(rig.desk.alerts.ended).toEqual(['SIL-3']);
  rig.desk.alerts.refusal = 'You may not decide on incident actions.';
  await type(rig.sandbox, 'U0ALICE', 'silence orders 1h because');
  await told(rig.sandbox, 'U0ALICE', /You may not decide on incident actions/);
});

test('whatever the pages have in blocks to type into Slack is understood', async () => {
  const rig = await startRig();
  const lines = PAGES.flatMap((page) => slashCommandsOf(readFileSync(page, 'utf8')));
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    const words = line.replace('/db-triage ', '').replace('orders-primary', 'orders');
    // Only silences are in blocks so far: what another one is answered with belongs here too.
    expect(words).toMatch(/^silence /);
    const [, ended] = /^silence end (\S+)$/.exec(words) ?? [];
    const { length } = rig.desk.alerts.asked;
    await type(rig.sandbox, 'U0ALICE', words);
    await told(
      rig.sandbox,
      'U0ALICE',
      ended === undefined ? /: alerts with/ : new RegExp(`${ended} is over`),
    );
    if (ended === undefined) await expect.poll(() => rig.desk.alerts.asked.length).toBe(length + 1);
    else expect(rig.desk.alerts.ended).toContain(ended);
  }
});
