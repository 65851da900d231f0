import { setTimeout as delay } from 'node:timers/promises';
import { overloadAlert, sendAlert } from '../../support/rig/send-alert.ts';

const PAUSE_MS = 100;
const LONGEST_MS = 120_000;

/** Whoever sends alerts: repeats each until it is acknowledged, as Alertmanager does. */
export interface Sender {
  /** Sends an alert until a 2xx answers it, and tells how many tries that took. Throws on 4xx, and after two minutes. */
  send(alert?: { readonly id: string }): Promise<number>;
  /** Ids of the alerts that were acknowledged, once for each 2xx. */
  readonly acknowledged: readonly string[];
}

/** @param targets Addresses that take alerts now; they are taken in turns. */
export function createSender(targets: () => readonly string[]): Sender {
  const acknowledged: string[] = [];
  return {
    acknowledged,
    async send(alert = overloadAlert()) {
      const deadline = Date.now() + LONGEST_MS;
      for (let tries = 1; Date.now() < deadline; tries += 1) {
        const urls = targets();
        const url = urls[tries % Math.max(1, urls.length)];
        const status = url === undefined ? null : await sendAlert(url, alert).catch(() => null);
        if (status !== null && status < 300) {
          acknowledged.push(alert.id);
          return tries;
        }
        if (status !== null && status < 500) throw new Error(`The alert was answered with ${status}.`);
        await delay(PAUSE_MS);
      }
      throw new Error(`Nobody acknowledged the alert ${alert.id} within ${LONGEST_MS / 1000} s.`);
    },
  };
}
