import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { noTelemetry } from '../../src/adapters/telemetry/no-telemetry.ts';
import { registerHealthRoutes } from '../../src/http/health-routes.ts';
import type { SlackHealth } from '../../src/slack/bot.ts';

const well: SlackHealth = {
  connected: true,
  trouble: null,
  since: null,
  waiting: 0,
  setAside: null,
  mode: 'socket',
};

test.each([
  ['nothing', {}, []],
  [
    'a message that Slack refuses',
    { setAside: '1 message that Slack refuses.' },
    ['1 message that Slack refuses.'],
  ],
  [
    'both troubles of Slack',
    { trouble: 'Slack is away.', setAside: '1 message that Slack refuses.' },
    ['Slack is away.', '1 message that Slack refuses.'],
  ],
])('/readyz warns of %s, and is ready all the same', async (_, trouble, warnings) => {
  await using server = Fastify();
  registerHealthRoutes(
    server,
    { sources: [] },
    {
      state: { incidents: { list: async () => [] } },
      slack: { health: () => ({ ...well, ...trouble }) },
      board: { list: () => [] },
      telemetry: noTelemetry,
      readings: async () => ({ open: [], unsettledSeconds: 0, replicas: 1 }),
      isStopping: () => false,
    },
  );
  const answer = await server.inject('/readyz');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ ready: true, reasons: [], warnings });
});
