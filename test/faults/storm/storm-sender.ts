import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Group, keyOf } from './alerts.ts';

/** What the senders of a storm saw. */
export interface Sent {
  /** Keys of the alerts that a 2xx acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Alerts in acknowledged requests, repeats and twins included. */
  readonly alerts: number;
  /** Milliseconds from a request to its 2xx. */
  readonly latencies: readonly number[];
  /** Answers by status; 0 stands for a connection that broke. */
  readonly statuses: ReadonlyMap<number, number>;
}

export interface StormTarget {
  /** Where the webhook goes now; null while nobody listens. */
  readonly url: () => string | null;
  readonly token: string;
}

const PAUSE_MS = 200;
const LONGEST_MS = 120_000;
/** Connections that the senders keep, as two Alertmanagers with a webhook each would at most. */
const CONNECTIONS = 40;

/** Sends every group at its time; what is answered 5xx or cut is sent again until it is acknowledged. Throws on 4xx. */
export async function sendStorm(groups: readonly Group[], target: StormTarget): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const acknowledged = new Set<string>();
  const latencies: number[] = [];
  const statuses = new Map<number, number>();
  let alerts = 0;
  const began = performance.now();

  async function send({ at, alerts: sent }: Group): Promise<void> {
    await delay(Math.max(0, at - (performance.now() - began)));
    const body = JSON.stringify({ version: '4', alerts: sent });
    const deadline = performance.now() + LONGEST_MS;
    for (;;) {
      const url = target.url();
      const sentAt = performance.now();
      const status = url === null ? 0 : await post(agent, url, body, target.token).catch(() => 0);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) {
        latencies.push(performance.now() - sentAt);
        alerts += sent.length;
        for (const alert of sent) acknowledged.add(keyOf(alert));
        return;
      }
      if (status >= 400 && status < 500) throw new Error(`A group of alerts was answered with ${status}.`);
      if (performance.now() > deadline)
        throw new Error('A group of alerts was not acknowledged in 2 minutes.');
      await delay(PAUSE_MS);
    }
  }

  try {
    await Promise.all(groups.map(send));
  } finally {
    agent.destroy();
  }
  return { acknowledged, alerts, latencies, statuses };
}

async function post(agent: Agent, url: string, body: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
