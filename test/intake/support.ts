import { createHmac } from 'node:crypto';
import { PassThrough } from 'node:stream';
import Fastify from 'fastify';
import { type Logger, pino } from 'pino';
import { onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { AlertSource } from '../../src/intake/alert-source.ts';
import type { Authentication } from '../../src/intake/authentication/registry.ts';
import type { KeepLetter, StoreAlerts } from '../../src/intake/receive.ts';
import { BODY_LIMIT, registerAlertRoutes } from '../../src/intake/routes.ts';
import type { Fetch } from '../../src/ports/http.ts';
import type { State } from '../../src/ports/state.ts';

export const TOKEN = 'bearer-token-that-nobody-may-read';
export const KEY = 'hmac-key-that-nobody-may-read';

/** A log that is kept as text. */
function keptLog(): { logger: Logger; text: () => string } {
  const sink = new PassThrough();
  const chunks: string[] = [];
  sink.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
  return { logger: pino({ level: 'debug' }, sink), text: () => chunks.join('') };
}

/** What came back. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export interface Reception {
  /** Sends a body with these headers. */
  readonly post: (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly log: () => string;
}

/** A listening server with the routes of alerts, in front of this state. `now` is what its clock says. */
export async function startReception(state: State, now: () => Date = () => new Date()): Promise<Reception> {
  return startDoor({
    sources: [
      { ...unlimited, name: 'alertmanager', format: 'alertmanager', authentication: bearerToken },
      {
        ...unlimited,
        name: 'checks',
        format: 'generic',
        authentication: { way: 'hmac', keys: [new Secret(KEY)] },
      },
    ],
    store: async (alerts) => state.alerts.store(alerts),
    now,
  });
}

const unlimited = { rateLimit: null };
export const bearerToken: Authentication = { way: 'bearer', keys: [new Secret(TOKEN)] };

interface Door {
  readonly sources: readonly AlertSource[];
  readonly store: StoreAlerts;
  readonly keepLetter?: KeepLetter;
  readonly now?: () => Date;
  readonly fetch?: Fetch;
}

/** A listening server with the routes of these sources, in front of what stores. */
export async function startDoor({
  sources,
  store,
  keepLetter,
  now,
  fetch: outgoing = fetch,
}: Door): Promise<Reception> {
  const { logger, text } = keptLog();
  const server = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
  registerAlertRoutes(server, {
    sources,
    store,
    ...(keepLetter === undefined ? {} : { keepLetter }),
    fetch: outgoing,
    clock: { now: now ?? (() => new Date()), steady: () => performance.now(), sleep: async () => undefined },
    logger,
  });
  onTestFinished(async () => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    post: async (path, body, headers = {}) => {
      const response = await fetch(`${url}${path}`, { method: 'POST', body, headers });
      return {
        status: response.status,
        text: await response.text(),
        retryAfter: response.headers.get('retry-after'),
      };
    },
    log: text,
  };
}

export const bearer = { authorization: `Bearer ${TOKEN}` };

/** The header of the HMAC form, for a body and a moment. */
export function signed(body: string, at: Date = new Date(), key = KEY): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1000);
  const hex = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return { 'x-firebreak-signature': `t=${seconds},v1=${hex}` };
}

const labels = {
  alertname: 'ConnectionPoolExhausted',
  database: 'orders-primary',
  service: 'order-service',
  severity: 'critical',
};

/** One firing alert, as Alertmanager 0.27 writes it. */
export function alertmanagerAlert(pod: string, fingerprint: string) {
  return {
    status: 'firing',
    labels: { ...labels, pod },
    annotations: {
      summary: 'order-service: connection pool exhausted',
      runbook_url: 'https://wiki.example/x',
    },
    startsAt: '2024-11-15T14:23:04.512345678Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example:9090/graph?g0.expr=pool_waiting+%3E+0&g0.tab=1',
    fingerprint,
  };
}

/** The webhook of Alertmanager 0.27 for a group of three alerts, one of them over. */
export function alertmanagerBody(alerts?: unknown[]): Record<string, unknown> {
  const three = [
    alertmanagerAlert('order-service-1', 'a3c1f7e09b1d5521'),
    alertmanagerAlert('order-service-2', '5fd0c2a4e9b8817c'),
    {
      ...alertmanagerAlert('order-service-3', '90be11d36cc2f04a'),
      status: 'resolved',
      endsAt: '2024-11-15T14:31:04.512345678Z',
    },
  ];
  return {
    receiver: 'firebreak',
    status: 'firing',
    alerts: alerts ?? three,
    groupLabels: { alertname: 'ConnectionPoolExhausted' },
    commonLabels: labels,
    commonAnnotations: { summary: 'order-service: connection pool exhausted' },
    externalURL: 'http://alertmanager.example:9093',
    version: '4',
    groupKey: '{}:{alertname="ConnectionPoolExhausted"}',
    truncatedAlerts: 0,
  };
}

/** An alert of the generic form. */
export function genericBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'deploy-42',
    status: 'firing',
    name: 'ConnectionPoolExhausted',
    startsAt: '2024-11-15T15:23:04+01:00',
    summary: 'The pool is full',
    labels: { database: 'orders-primary' },
    ...change,
  };
}
