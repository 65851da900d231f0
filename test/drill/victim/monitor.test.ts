import { expect, test } from 'vitest';
import { fingerprint } from '../../../src/drill/victim/alertmanager-notification.ts';
import { ExhaustionRule } from '../../../src/drill/victim/exhaustion-rule.ts';
import { startMonitor } from '../../../src/drill/victim/monitor.ts';
import type { MonitorEvent } from '../../../src/drill/victim/monitor-options.ts';
import type { OrderStats } from '../../../src/drill/victim/order-stats.ts';
import { startReceiver } from '../receiver.ts';
import { eventually } from '../wait.ts';

function reading(ms: number, over: { idle?: number; waiting?: number; failed?: number }): OrderStats {
  return {
    at: new Date(1_700_000_000_000 + ms).toISOString(),
    placed: 0,
    failed: over.failed ?? 0,
    failedByReason: {},
    acquireP50Ms: 0,
    acquireP95Ms: 0,
    pool: { max: 4, total: 4, idle: over.idle ?? 0, waiting: over.waiting ?? 9 },
  };
}

test('the rule fires only when the pool was exhausted and orders failed for the whole time, and resolves after a pause', () => {
  const rule = new ExhaustionRule({ forMs: 2000, keepFiringForMs: 1000 });
  expect(rule.evaluate(reading(0, { failed: 0 }))).toBe('inactive');
  expect(rule.evaluate(reading(250, { failed: 5 }))).toBe('pending');
  expect(rule.evaluate(reading(1000, { idle: 1, failed: 9 }))).toBe('inactive');
  expect(rule.evaluate(reading(1250, { failed: 12 }))).toBe('pending');
  expect(rule.evaluate(reading(3000, { failed: 30 }))).toBe('pending');
  expect(rule.evaluate(reading(3250, { failed: 33 }))).toBe('firing');
  expect(rule.evaluate(reading(3500, { idle: 2, waiting: 0, failed: 33 }))).toBe('firing');
  expect(rule.evaluate(reading(4500, { idle: 4, waiting: 0, failed: 33 }))).toBe('inactive');
});

test('waiting orders that do not fail raise no alert', () => {
  const rule = new ExhaustionRule({ forMs: 0, keepFiringForMs: 0 });
  for (let ms = 0; ms < 10_000; ms += 250) expect(rule.evaluate(reading(ms, { failed: 7 }))).toBe('inactive');
});

test('the fingerprint is the one of Prometheus', () => {
  expect(fingerprint({})).toBe('cbf29ce484222325');
  const known = fingerprint({ name: 'garland, briggs', fear: 'love is not enough' });
  expect(BigInt(`0x${known}`)).toBe(5799056148416392346n);
});

test('a webhook that fails is tried again, one that refuses is not before the next repeat', async () => {
  await using receiver = await startReceiver([503, 400]);
  const listeners: ((stats: OrderStats) => void)[] = [];
  const emit = (stats: OrderStats): void => listeners[0]?.(stats);
  const events: MonitorEvent[] = [];
  await using monitor = startMonitor({
    orders: {
      subscribe: (listener) => {
        listeners.push(listener);
        return () => {};
      },
    },
    webhook: { url: receiver.url, token: 't' },
    forMs: 0,
    keepFiringForMs: 0,
    repeatIntervalMs: 100,
    onEvent: (event) => events.push(event),
  });
  emit(reading(0, { failed: 0 }));
  emit(reading(250, { failed: 1 }));
  await eventually('an accepted delivery', () => monitor.firstAcceptedAt() !== undefined);
  expect(events.map((event) => event.type)).toEqual(['state', 'retry', 'refused', 'accepted']);
  emit(reading(500, { idle: 4, waiting: 0, failed: 1 }));
  await eventually('the resolved delivery', () => receiver.received.at(-1)?.body.status === 'resolved');
  expect(monitor.state()).toBe('inactive');
});
