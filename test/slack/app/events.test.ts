import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until, write } from '../sandbox-control.ts';
import { startRig, startSandbox } from '../support.ts';

const MENTION = '<@U0SANDBOXBOT> orders';
const eventRetryDelaysMs = [200, 200, 200];

test('a mention whose process dies before its incident is durable comes again, and opens it', async () => {
  const sandbox = await startSandbox({ eventRetryDelaysMs });
  const dying = await startRig({ sandbox });
  dying.desk.before = async () => new Promise(() => undefined);
  await write(sandbox, 'U0ALICE', MENTION);
  await until('it is being opened', () => dying.desk.asked === 1);
  const other = await startRig({ sandbox });
  await dying.bot.stop(0);
  await until('the other one opens it', () => other.desk.opened.length === 1);
}, 20_000);

test('a mention that takes long is acknowledged in time, and handled once', async () => {
  const sandbox = await startSandbox({ eventRetryDelaysMs });
  const rigs = [await startRig({ sandbox }), await startRig({ sandbox })];
  for (const { desk } of rigs) desk.before = async () => delay(4_000);
  await write(sandbox, 'U0ALICE', MENTION);
  const opened = () => rigs.reduce((sum, { desk }) => sum + desk.opened.length, 0);
  await until('it is opened', () => opened() === 1);
  await delay(500);
  expect(rigs.reduce((sum, { desk }) => sum + desk.asked, 0)).toBe(1);
}, 20_000);
