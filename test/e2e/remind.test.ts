import { expect, test } from 'vitest';
import { vendor } from '../adapters/oncall/support.ts';
import { act, posted, type, until } from '../slack/sandbox-control.ts';
import { startBatchCluster } from '../support/rig/batch-cluster.ts';
import { DATABASE, install } from '../support/rig/install.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

const PATIENCE_MS = 60_000;

test('a decision that waits is reminded of, also across a kill -9, somebody is paged, and the page is taken back', {
  timeout: 240_000,
}, async () => {
  await using victim = await startSmallVictim();
  await using cluster = await startBatchCluster(victim);
  await using slack = await startSlackOf('socket');
  const pager = await vendor(() => ({ body: { reference: 'PAGE-42' } }));
  const rota = await vendor(() => ({ body: { people: [{ name: 'Anna', slackId: ANNA }] } }));
  using installation = install({
    slack,
    mode: 'socket',
    victim,
    cluster,
    steps: [
      { id: 'look', kind: 'postgres.diagnose', title: 'Look at it', byHand: 'Open psql.' },
      { id: 'list', kind: 'postgres.list-queries', title: 'List them', byHand: 'Open psql.' },
    ],
    runbook: { default: true, remind: { threadAfter: '1s', groupAfter: '6s', pageAfter: '8s' } },
    config: {
      onCall: [{ name: 'rota', type: 'webhook', url: rota.url, hmac: { env: 'HOOK_KEY' } }],
      paging: [{ name: 'pager', type: 'webhook', url: pager.url, hmac: { env: 'HOOK_KEY' } }],
      reminders: { group: 'S0DBA', onCall: 'rota', pager: 'pager' },
    },
    env: { HOOK_KEY: 'k' },
  });
  const reminders = async () => (await posted(slack)).filter(({ key }) => key.startsWith('reminder:look:'));
  const levels = async () => (await reminders()).map(({ key }) => key.split(':').at(-1));
  const pages = () => pager.requests.map(({ body }) => JSON.parse(body));

  await using killed = await serve(installation);
  expect(await type(slack, ANNA, DATABASE)).toMatchObject({ ok: true });
  await until('the first reminder', async () => (await reminders()).length > 0 || undefined, PATIENCE_MS);
  killed.signal('SIGKILL');

  await using serving = await serve(installation);
  await until('the page', async () => pages().length > 0 || undefined, PATIENCE_MS);
  const paged = await until(
    'the thread says that somebody was paged',
    async () => (await reminders()).find(({ message }) => message.text.includes('reference PAGE-42')),
    PATIENCE_MS,
  );
  expect(await levels()).toEqual(['thread', 'group', 'page']);
  const [, group] = await reminders();
  expect(group?.message).toMatchObject({ reply_broadcast: true });
  expect(JSON.stringify(group?.message.blocks)).toContain('"usergroup_id":"S0DBA"');
  expect(JSON.stringify(group?.message.blocks)).toContain(`On call: "},{"type":"user","user_id":"${ANNA}"`);
  const card = (await posted(slack)).find(({ key }) => key === 'step:look:1')?.message;
  if (card === undefined) throw new Error('There is no card.');
  expect(paged.message.thread_ts).toBe(card.thread_ts);
  const [page] = pages();
  expect(page).toMatchObject({ type: 'page', incident: 'INC-1', database: DATABASE });
  expect(page.link).toContain(`/archives/${'C'}`);

  expect(await act(slack, ANNA, card, 'step.run')).toMatchObject({ ok: true });
  await until(
    'the page is taken back',
    async () => pages().some((sent) => sent.type === 'resolve') || undefined,
    PATIENCE_MS,
  );
  await until(
    'the reminders say that it was answered',
    async () => (await reminders()).every(({ message }) => message.text.startsWith('Answered')) || undefined,
    PATIENCE_MS,
  );
  const keys = pages()
    .filter((sent) => sent.dedupeKey === page.dedupeKey)
    .map((sent) => sent.type);
  expect(keys).toEqual(['page', 'resolve']);
  serving.signal('SIGTERM');
});
