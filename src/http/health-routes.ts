import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { downSentence } from '../health/board.ts';
import type { HealthBoard } from '../ports/health.ts';
import type { State } from '../ports/state.ts';
import type { Readings, Telemetry } from '../ports/telemetry.ts';
import type { SlackBot } from '../slack/bot.ts';

export interface HealthParts {
  readonly state: { readonly incidents: Pick<State['incidents'], 'list'> };
  readonly slack: Pick<SlackBot, 'health'>;
  readonly board: HealthBoard;
  readonly telemetry: Telemetry;
  /** What only a scrape reads. */
  readonly readings: () => Promise<Pick<Readings, 'open' | 'unsettledSeconds' | 'replicas'>>;
  readonly isStopping: () => boolean;
}

/**
 * `GET /healthz`: the process answers · `GET /readyz`: 200 when alerts can be stored, 503 with the reasons when not, and
 * warnings · `GET /metrics` for Prometheus. Deliveries of alerts are counted.
 */
export function registerHealthRoutes(
  server: FastifyInstance,
  { sources }: Pick<Config, 'sources'>,
  parts: HealthParts,
): void {
  const { telemetry } = parts;
  const names = new Set(sources.map(({ name }) => name));
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reasons = await notReady(parts);
    const ready = reasons.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, reasons, warnings: warningsOf(parts) });
  });
  server.get('/metrics', async (_request, reply) => {
    const [reasons, read] = await Promise.all([notReady(parts), parts.readings()]);
    const { connected, waiting } = parts.slack.health();
    const { contentType, body } = await telemetry.exposition({
      ready: reasons.length === 0,
      connections: parts.board.list(),
      slack: { connected, waiting },
      ...read,
    });
    return reply.type(contentType).send(body);
  });
  server.addHook<{ Params: { source?: string } }>('onResponse', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/alerts/') !== true) return;
    const { source = '' } = request.params;
    telemetry.answered(names.has(source) ? source : null, reply.statusCode, reply.elapsedTime / 1_000);
  });
}

/**
 * Why alerts cannot be taken now. Slack's trouble is no reason: an instance that is not ready gets no alerts, which then
 * are lost although they could be stored, and a rollout would wait for Slack. A monitored database that is down is no
 * reason either: that is when people need Firebreak.
 */
async function notReady({ state, isStopping }: HealthParts): Promise<string[]> {
  if (isStopping()) return ['Firebreak is stopping'];
  try {
    await state.incidents.list(1);
    return [];
  } catch {
    return ['State database: not usable'];
  }
}

/** What does not work although alerts are taken. */
function warningsOf({ slack, board }: HealthParts): string[] {
  const { connected, trouble, setAside } = slack.health();
  const down = board.list().filter(({ state, system }) => state === 'down' && system !== 'slack');
  const others = [...(setAside === null ? [] : [setAside]), ...down.map(downSentence)];
  if (trouble !== null) return [trouble, ...others];
  return connected ? others : ['Not connected to Slack: clicks and commands do not arrive.', ...others];
}
