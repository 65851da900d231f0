import { AlertNotifier } from './alert-notifier.ts';
import type { LabelSet } from './alertmanager-notification.ts';
import { ExhaustionRule, type RuleState, type RuleTimes } from './exhaustion-rule.ts';
import type { OrderService } from './order-service.ts';

/** What happened in the monitor, for the drill's own display. */
export type MonitorEvent =
  | { readonly type: 'state'; readonly state: RuleState; readonly at: Date }
  | { readonly type: 'accepted'; readonly status: 'firing' | 'resolved'; readonly at: Date }
  | {
      readonly type: 'retry' | 'refused';
      readonly status: 'firing' | 'resolved';
      readonly reason: string;
      readonly at: Date;
    };

/** What to watch and whom to tell. */
export interface MonitorOptions extends Partial<RuleTimes> {
  readonly orders: Pick<OrderService, 'subscribe'>;
  /** Where Firebreak receives Alertmanager's webhooks, and its bearer token. */
  readonly webhook: { readonly url: string; readonly token: string };
  /** Added to, and stronger than, the alert's own labels. */
  readonly labels?: LabelSet;
  /** Base URL of the monitoring system that links in the alert point to. */
  readonly externalUrl?: string;
  /** Pause between notifications about an alert that still fires, in ms; default 60 s. */
  readonly repeatIntervalMs?: number;
  readonly onEvent?: (event: MonitorEvent) => void;
}

/** A running monitor. */
export interface Monitor extends AsyncDisposable {
  state(): RuleState;
  /** When a firing alert was first accepted by the webhook; undefined before. */
  firstAcceptedAt(): Date | undefined;
  /** Ends the watch and any delivery in progress. Idempotent. */
  stop(): Promise<void>;
}

/** Evaluates the rule on each reading and notifies the webhook: Prometheus and Alertmanager in small. */
export function startMonitor(options: MonitorOptions): Monitor {
  const rule = new ExhaustionRule({
    forMs: options.forMs ?? 2000,
    keepFiringForMs: options.keepFiringForMs ?? 3000,
  });
  const stopped = new AbortController();
  const notifier = new AlertNotifier(options, stopped.signal);
  let state: RuleState = 'inactive';
  const unsubscribe = options.orders.subscribe((stats) => {
    const next = rule.evaluate(stats);
    if (next === state) return;
    if (next === 'firing') notifier.fire();
    if (state === 'firing') notifier.resolve();
    state = next;
    options.onEvent?.({ type: 'state', state, at: new Date() });
  });
  const stop = async (): Promise<void> => {
    unsubscribe();
    stopped.abort();
    await notifier.idle();
  };
  return {
    state: () => state,
    firstAcceptedAt: () => notifier.firstAcceptedAt,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
