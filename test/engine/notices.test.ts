import { expect, it } from 'vitest';
import { noticesOf } from '../../src/engine/notices.ts';
import type { Settlement, StoredAlert } from '../../src/ports/state.ts';
import { makeAlert } from '../support/domain.ts';

const now = new Date('2026-11-15T12:00:00Z');

function stored(name: string, minutesAgo: number, settlement: Partial<Settlement> | null = {}): StoredAlert {
  const receivedAt = new Date(now.getTime() - minutesAgo * 60_000).toISOString();
  const whole = { alertId: '1', decision: 'ignored' as const, reason: 'No runbook.', incidentId: null };
  return {
    id: '1',
    alert: makeAlert({ name }),
    receivedAt,
    repeats: 0,
    replayOf: null,
    settlement: settlement === null ? null : { ...whole, ...settlement },
  };
}

it('tells an ignored alert once for each name and reason, with its count', () => {
  const notices = noticesOf(
    [stored('A', 1), stored('A', 5), stored('B', 3), stored('A', 9, { reason: 'Other.' })],
    now,
  );
  expect(notices.map(({ title, text, count }) => [title, text, count])).toEqual([
    ['A', 'Other.', 1],
    ['A', 'No runbook.', 2],
    ['B', 'No runbook.', 1],
  ]);
});

it('keeps its key when the alert repeats, so that one message is updated', () => {
  const [once] = noticesOf([stored('A', 5)], now);
  const [twice] = noticesOf([stored('A', 1), stored('A', 5)], now);
  expect(twice?.key).toBe(once?.key);
});

it('is silent about what led somewhere, is not settled, is over, or is old', () => {
  const resolved = { ...stored('A', 1), alert: makeAlert({ status: 'resolved' }) };
  const alerts = [
    stored('A', 1, { decision: 'opened' }),
    stored('A', 1, null),
    resolved,
    stored('A', 60 * 25),
  ];
  expect(noticesOf(alerts, now)).toEqual([]);
});
