import { expect, test } from 'vitest';
import { FirebreakError } from '../../../../src/domain/errors.ts';
import { attempt, HOSTILE, view } from '../../fixtures.ts';
import { queriesNow, sessionNow } from '../../live-fixtures.ts';
import { act, fault, posted, shown, told, type, until, write } from '../../sandbox-control.ts';
import { createDesk, renderAll, startRig } from '../../support.ts';

test('shows the sessions with owner, age, state and masked SQL to the one who asks', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'queries');
  const blocks = await told(rig.sandbox, 'U0ALICE', /"type":"table"/);
  for (const part of [
    '3m12s',
    'CronJob analytics/report-generator',
    'waits for a lock',
    '38 of 97 slots used',
  ]) {
    expect(blocks).toContain(part);
  }
  expect((await shown(rig.sandbox)).every(({ ephemeral_to }) => ephemeral_to === 'U0ALICE')).toBe(true);
});

test('"Read again" fills the same message with what is so now', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'queries');
  await told(rig.sandbox, 'U0ALICE', /2 sessions older than 1 s/);
  rig.live.read = queriesNow({ sessions: [] });
  const [message] = await shown(rig.sandbox);
  if (message === undefined) throw new Error('There is no answer.');
  await act(rig.sandbox, 'U0ALICE', message, 'live.again');
  await told(rig.sandbox, 'U0ALICE', /nothing has run for more than 1 s/);
  expect(await shown(rig.sandbox)).toHaveLength(1);
});

test('an answer that takes longer is announced', async () => {
  const rig = await startRig();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  rig.live.before = async () => promise;
  await type(rig.sandbox, 'U0ALICE', 'queries');
  await told(rig.sandbox, 'U0ALICE', /One moment/);
  resolve(undefined);
  await told(rig.sandbox, 'U0ALICE', /"type":"table"/);
});

test('a database that cannot be read is told with what is known and what to do', async () => {
  const rig = await startRig();
  rig.live.fail = new FirebreakError('database-full', 'Every slot of orders is taken.', {
    hint: 'Free a slot.',
    situation: { known: [{ name: 'Last reading', value: '97 of 97 slots used' }] },
  });
  await type(rig.sandbox, 'U0ALICE', 'queries');
  const blocks = await told(rig.sandbox, 'U0ALICE', /The queries of orders cannot be read now/);
  expect(blocks).toMatch(/Every slot of orders is taken.*Free a slot.*97 of 97 slots used/);
});

test('whoever may not observe is told who may, and nothing is read', async () => {
  const rig = await startRig();
  rig.desk.denied = 'Ask <@U0BOB>.';
  await type(rig.sandbox, 'U0ALICE', 'queries');
  await told(rig.sandbox, 'U0ALICE', /shown to those who may observe.*"user_id":"U0BOB"/);
  expect(rig.live.asked).toEqual([]);
});

test('where Slack refuses the table the lines of the text are left', async () => {
  const rig = await startRig();
  await fault(rig.sandbox, { method: 'chat.postEphemeral', error: 'invalid_blocks', times: 1 });
  await type(rig.sandbox, 'U0ALICE', 'queries');
  const message = await until('the answer is there', async () => (await shown(rig.sandbox))[0]);
  expect(message.blocks ?? []).toEqual([]);
  expect(message.text).toMatch(/3m12s · CronJob analytics\/report-generator · active · pid 4711/);
});

test('text of the database is never markup', async () => {
  const rig = await startRig();
  rig.live.read = queriesNow({
    sessions: [sessionNow({ sql: HOSTILE, application: HOSTILE, user: HOSTILE })],
  });
  await type(rig.sandbox, 'U0ALICE', 'queries');
  await told(rig.sandbox, 'U0ALICE', /"type":"table"/);
  const [message] = await shown(rig.sandbox);
  expect(message?.text).not.toContain('<!channel>');
});

test('in the thread of an incident a mention needs no name, and everybody there reads the answer', async () => {
  const rig = await startRig({ desk: createDesk(['billing', 'orders']) });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  const parent = (await posted(rig.sandbox))[0]?.message.ts ?? '';
  await write(rig.sandbox, 'U0ALICE', `<@U0SANDBOXBOT> queries please`, { thread_ts: parent });
  await told(rig.sandbox, 'U0ALICE', /There is no database \\"please\\"/);
  await write(rig.sandbox, 'U0ALICE', `<@U0SANDBOXBOT> queries?`, { thread_ts: parent });
  const answer = await until('the answer stands in the thread', async () =>
    (await shown(rig.sandbox)).find(({ blocks }) => blocks?.some(({ type: kind }) => kind === 'table')),
  );
  expect(answer).toMatchObject({ thread_ts: parent });
  expect(answer.ephemeral_to).toBeUndefined();
  expect(rig.live.asked).toEqual(['orders']);
});
