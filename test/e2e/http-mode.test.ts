import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { act, posted, told, type, until } from '../slack/sandbox-control.ts';
import { startBatchCluster } from '../support/rig/batch-cluster.ts';
import { install } from '../support/rig/install.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('over signed HTTP requests: the command answers and opens a thread, a click runs its first step', {
  timeout: 120_000,
}, async () => {
  await using victim = await startSmallVictim();
  await using cluster = await startBatchCluster(victim);
  await using slack = await startSlackOf('http');
  const slackPort = await freePort();
  using installation = install({ slack, mode: 'http', slackPort, victim, cluster });
  await using serving = await serve(installation);
  const requestUrl = `http://127.0.0.1:${slackPort}/slack/events`;
  slack.setDelivery({ mode: 'http', requestUrl });
  expect(await (await fetch(`${serving.httpUrl}/readyz`)).json()).toEqual({
    ready: true,
    reasons: [],
    warnings: [],
  });

  expect(await type(slack, ANNA, 'help')).toMatchObject({ ok: true });
  await told(slack, ANNA, /Databases: orders-primary/);

  expect(await type(slack, 'U0CHRIS', 'orders-primary')).toMatchObject({ ok: true });
  await told(slack, 'U0CHRIS', /may not|not allowed|authority/i);
  expect(await posted(slack)).toEqual([]);

  expect(await type(slack, ANNA, 'orders-primary')).toMatchObject({ ok: true });
  await told(slack, ANNA, /INC-1 is open for orders-primary/);
  const card = await until(
    'the card of the first step',
    async () => {
      const found = (await posted(slack)).find(({ key }) => key === 'step:diagnose:1')?.message;
      return found !== undefined && JSON.stringify(found).includes('step.run') ? found : undefined;
    },
    30_000,
  );
  const parent = (await posted(slack)).find(({ key }) => key === 'parent')?.message;
  expect(card.thread_ts).toBe(parent?.ts);

  expect(await act(slack, ANNA, card, 'step.run')).toMatchObject({ ok: true });
  await until(
    'the first step is over and a later one is shown',
    async () => {
      const messages = await posted(slack);
      const first = JSON.stringify(messages.find(({ key }) => key === 'step:diagnose:1')?.message);
      const later = messages.some(({ key }) => key.startsWith('step:') && key !== 'step:diagnose:1');
      return !first.includes('step.run') && first.includes(ANNA) && later;
    },
    30_000,
  );

  const forged = await fetch(requestUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
      'x-slack-signature': `v0=${'0'.repeat(64)}`,
    },
    body: 'command=%2Fdb-triage&text=help',
  });
  expect(forged.status).toBe(401);
  serving.signal('SIGTERM');
  expect(await serving.exited).toBe(0);
});
