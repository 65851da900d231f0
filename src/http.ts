import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { errorCodeOf, FirebreakError } from './domain/errors.ts';
import { downSentence } from './health/board.ts';
import { BODY_LIMIT, registerAlertRoutes, type StoreAlerts } from './intake/routes.ts';
import type { Clock } from './ports/clock.ts';
import type { HealthBoard } from './ports/health.ts';
import type { State } from './ports/state.ts';
import type { SlackBot } from './slack/bot.ts';

/** Milliseconds in which requests under way are still answered when Firebreak stops. */
const CLOSE_MS = 2_000;

interface HttpParts {
  readonly state: State;
  readonly store: StoreAlerts;
  readonly slack: SlackBot;
  readonly board: HealthBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}

/** Listens for alerts and health checks. Throws `port-taken`. */
export async function startHttp(
  config: Config,
  parts: HttpParts,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: 'idle' });
  registerAlertRoutes(server, { ...parts, sources: config.sources });
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reasons = await notReady(parts);
    const ready = reasons.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, reasons, warnings: warningsOf(parts) });
  });
  const { host, port } = config.http;
  try {
    const url = await server.listen({ host, port });
    return { url, close: async () => closeWithin(server, CLOSE_MS) };
  } catch (cause) {
    await server.close();
    if (errorCodeOf(cause) !== 'EADDRINUSE') throw cause;
    throw new FirebreakError('port-taken', `Port ${port} on ${host} is taken.`, {
      hint: 'Stop what listens there, or set http.port in firebreak.yml to another one.',
      cause,
    });
  }
}

/**
 * Why alerts cannot be taken now. Slack's trouble is no reason: an instance that is not ready gets no alerts, which then
 * are lost although they could be stored, and a rollout would wait for Slack. A monitored database that is down is no
 * reason either: that is when people need Firebreak.
 */
async function notReady({ state, isStopping }: HttpParts): Promise<string[]> {
  if (isStopping()) return ['Firebreak is stopping'];
  try {
    await state.incidents.list(1);
    return [];
  } catch {
    return ['State database: not usable'];
  }
}

/** Takes no new connection, lets requests under way be answered, then cuts what is left: its sender sends again. */
async function closeWithin(server: FastifyInstance, ms: number): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), ms);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}

/** What does not work although alerts are taken. */
function warningsOf({ slack, board }: HttpParts): string[] {
  const { connected, trouble } = slack.health();
  const down = board.list().filter(({ state, system }) => state === 'down' && system !== 'slack');
  const others = down.map(downSentence);
  if (trouble !== null) return [trouble, ...others];
  return connected ? others : ['Not connected to Slack: clicks and commands do not arrive.', ...others];
}
