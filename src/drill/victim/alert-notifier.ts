import { setTimeout as delay } from 'node:timers/promises';
import { alertmanagerNotification, type LabelSet, type MonitoredAlert } from './alertmanager-notification.ts';
import type { MonitorOptions } from './monitor-options.ts';
import { deliver } from './webhook-sender.ts';

const LABELS: LabelSet = {
  alertname: 'ConnectionPoolExhausted',
  service: 'order-service',
  database: 'orders-primary',
  severity: 'critical',
};
const ANNOTATIONS: LabelSet = {
  summary: 'order-service: connection pool exhausted',
  description: 'No idle connection, orders are waiting for one, and orders are failing.',
};

/** Keeps the webhook told about the newest state; a delivery in progress for an older state is dropped. */
export class AlertNotifier {
  readonly #options: MonitorOptions;
  readonly #stopped: AbortSignal;
  #alert: MonitoredAlert | undefined;
  #current: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  firstAcceptedAt: Date | undefined;

  constructor(options: MonitorOptions, stopped: AbortSignal) {
    this.#options = options;
    this.#stopped = stopped;
  }

  fire(): void {
    const labels = { ...LABELS, ...this.#options.labels };
    const externalUrl = this.#options.externalUrl ?? 'http://monitoring.internal';
    this.#notify({ labels, annotations: ANNOTATIONS, startsAt: new Date(), endsAt: undefined, externalUrl });
  }

  resolve(): void {
    if (this.#alert) this.#notify({ ...this.#alert, endsAt: new Date() });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  #notify(alert: MonitoredAlert): void {
    this.#current?.abort();
    const current = new AbortController();
    this.#current = current;
    this.#alert = alert;
    const signal = AbortSignal.any([current.signal, this.#stopped]);
    const previous = this.#running;
    this.#running = previous.then(() => this.#deliverRepeatedly(alert, signal)).catch(ignoreAbort);
  }

  async #deliverRepeatedly(alert: MonitoredAlert, signal: AbortSignal): Promise<void> {
    const { webhook, onEvent, repeatIntervalMs = 60_000 } = this.#options;
    const status = alert.endsAt === undefined ? 'firing' : 'resolved';
    while (!signal.aborted) {
      const onRetry = (reason: string): void => onEvent?.({ type: 'retry', status, reason, at: new Date() });
      const delivery = await deliver(webhook, alertmanagerNotification(alert), { signal, onRetry });
      const at = new Date();
      if (delivery.status === 'accepted') {
        if (status === 'firing') this.firstAcceptedAt ??= at;
        onEvent?.({ type: 'accepted', status, at });
      } else {
        onEvent?.({ type: 'refused', status, reason: delivery.reason, at });
      }
      if (status === 'resolved') return;
      await delay(repeatIntervalMs, undefined, { signal });
    }
  }
}

function ignoreAbort(error: unknown): void {
  if (error instanceof Error && error.name === 'AbortError') return;
  throw error;
}
