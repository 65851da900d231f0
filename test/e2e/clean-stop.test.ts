import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { act, posted, type, until } from '../slack/sandbox-control.ts';
import { startBatchCluster } from '../support/rig/batch-cluster.ts';
import { install } from '../support/rig/install.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

/** Milliseconds that a stopped process has to end; one that does not is asked what keeps it. */
const GOODBYE_MS = 2_000;
const HANDLES = pathToFileURL(join(import.meta.dirname, 'handles-in-child.ts')).href;
const Left = z.array(z.object({ type: z.string(), where: z.string() }));

test('after SIGTERM with an incident open it ends by itself, with every timer, socket and connection released', {
  timeout: 120_000,
}, async () => {
  await using victim = await startSmallVictim();
  await using cluster = await startBatchCluster(victim);
  await using slack = await startSlackOf('socket');
  using installation = install({ slack, mode: 'socket', victim, cluster });
  const env = { ...installation.env, NODE_OPTIONS: `--import=${HANDLES}` };
  await using serving = await serve({ ...installation, env });

  expect(await type(slack, ANNA, 'orders-primary')).toMatchObject({ ok: true });
  const card = await until(
    'the card of the first step can be decided on',
    async () => {
      const found = (await posted(slack)).find(({ key }) => key === 'step:diagnose:1')?.message;
      return found !== undefined && JSON.stringify(found).includes('step.run') ? found : undefined;
    },
    30_000,
  );
  await act(slack, ANNA, card, 'step.run');
  await until(
    'the next step is shown',
    async () => (await posted(slack)).some(({ key }) => key === 'step:list-queries:1'),
    30_000,
  );

  serving.signal('SIGTERM');
  await serving.said('Firebreak has stopped');
  const alive = await Promise.race([serving.exited.then(() => false), delay(GOODBYE_MS, true)]);
  if (alive) serving.signal('SIGUSR2');
  expect(await serving.exited).toBe(0);
  const line = serving
    .stdout()
    .split('\n')
    .find((text) => text.startsWith('LEFT '));
  expect(Left.parse(JSON.parse(line?.slice('LEFT '.length) ?? 'null')), line).toEqual([]);
  expect(await victim.sessionsOf('bot')).toBe(0);
  expect(await serving.leftProcesses()).toEqual([]);
});
