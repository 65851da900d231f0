import { AlertNotifier } from './alert-notifier.ts';
import { ExhaustionRule, type RuleState } from './exhaustion-rule.ts';
import type { MonitorOptions } from './monitor-options.ts';

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
