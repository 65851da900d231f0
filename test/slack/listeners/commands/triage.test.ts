import { expect, test } from 'vitest';
import { attempt, view } from '../../fixtures.ts';
import { calls, shown, told, type, until } from '../../sandbox-control.ts';
import { createDesk, renderAll, startRig } from '../../support.ts';

test.each([
  ['', /Which database\? Type for example: \/db-triage orders.*Databases: orders, billing/],
  ['ORDERS', /INC-1 is open for orders/],
  ['triage billing', /INC-1 is open for billing/],
  ['orders nope', /There is no runbook \\"nope\\".*pool/],
  ['orders pol', /Did you mean pool\?/],
  ['orders pool', /INC-1 is open for orders/],
])('"%s"', async (text, answer) => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  await type(rig.sandbox, 'U0ALICE', text);
  await told(rig.sandbox, 'U0ALICE', answer);
});

test.each([
  [
    'nope',
    /\\"nope\\" is no database and no command here\..*Databases: orders, billing\. \/db-triage help lists/,
  ],
  ['inc-7', /is the number of an incident\. \/db-triage status leads to the threads/],
  ['quries', /Did you mean \/db-triage queries\?/],
  ['biling', /Did you mean \/db-triage billing\?/],
  ['<!channel>', /\\"<!channel>\\" is no database/],
])('what is not understood, "%s", is answered in two lines with the way on', async (text, answer) => {
  const rig = await startRig({ desk: createDesk(['orders', 'billing']) });
  await type(rig.sandbox, 'U0ALICE', text);
  await told(rig.sandbox, 'U0ALICE', answer);
  expect(JSON.stringify(await shown(rig.sandbox, 'C0INCIDENTS'))).not.toContain('Examples');
  expect(rig.desk.opened).toEqual([]);
});

test('without a name starts the only database, and again names what is open, with a link', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  await type(rig.sandbox, 'U0ALICE', '');
  await told(rig.sandbox, 'U0ALICE', /INC-1 is open for orders\. Its message/);
  await type(rig.sandbox, 'U0ALICE', '');
  await told(rig.sandbox, 'U0ALICE', /INC-1 is open for orders already\. Go on there:.*"url":"http/);
});

test('where the bot is no member the answer comes by the response_url', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'help', 'C0RANDOM');
  await until('the answer is there', async () => (await shown(rig.sandbox, 'C0RANDOM')).length === 1);
  expect((await calls(rig.sandbox, 'chat.postEphemeral')).at(-1)?.ok).toBe(false);
});
