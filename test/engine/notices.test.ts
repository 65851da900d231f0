import { expect, it } from 'vitest';
import type { Silence } from '../../src/domain/silence.ts';
import { noticesOf } from '../../src/engine/notices.ts';
import type { Settlement, StoredAlert } from '../../src/ports/state.ts';
import { anna, makeAlert } from '../support/domain.ts';

const noticesFrom = (alerts: StoredAlert[], silences: Silence[] = []) =>
  noticesOf({ alerts, silences, letters: [] }, now);

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
  const notices = noticesFrom([
    stored('A', 1),
    stored('A', 5),
    stored('B', 3),
    stored('A', 9, { reason: 'Other.' }),
  ]);
  expect(notices.map(({ title, text, count }) => [title, text, count])).toEqual([
    ['A', 'Other.', 1],
    ['A', 'No runbook.', 2],
    ['B', 'No runbook.', 1],
  ]);
});

it('keeps its key when the alert repeats, so that one message is updated', () => {
  const [once] = noticesFrom([stored('A', 5)]);
  const [twice] = noticesFrom([stored('A', 1), stored('A', 5)]);
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
  expect(noticesFrom(alerts)).toEqual([]);
});

const silence: Silence = {
  id: 'SIL-1',
  matchers: [{ name: 'database', operator: '=', value: 'orders' }],
  startsAt: '2026-11-15T11:00:00.000Z',
  endsAt: '2026-11-15T13:00:00.000Z',
  reason: 'reindexing',
  by: anna,
};

it('tells a silence once, with who, why, until when, and what it held back so far', () => {
  const [before] = noticesFrom([], [silence]);
  expect(before).toMatchObject({
    title: 'SIL-1 by Anna until 2026-11-15 13:00 UTC',
    text: 'reindexing (database="orders"). Nothing was silenced yet.',
    count: 0,
  });
  const held = { decision: 'silenced' as const, heldBy: 'SIL-1', heldUntil: silence.endsAt };
  const often = { ...stored('A', 1, held), repeats: 4 };
  const [after, ...others] = noticesFrom([often, stored('B', 2, held)], [silence]);
  expect(others).toEqual([]);
  expect(after).toMatchObject({ key: before?.key, count: 6 });
  expect(after?.text).toContain('Silenced: A, B.');
});

it('tells an alert that flaps once, however often it began', () => {
  const flaps = [1, 5, 9].map((minutes) =>
    stored('A', minutes, { decision: 'flapping', reason: 'It flaps.' }),
  );
  expect(noticesFrom(flaps)).toMatchObject([{ heading: 'Flapping alert', title: 'A', count: 3 }]);
});

it('tells what could not be understood, once for each source and reason', () => {
  const letter = {
    id: 'LETTER-1',
    source: 'grafana',
    reason: 'alerts: missing',
    body: '{}',
    receivedAt: '2026-11-15T11:00:00.000Z',
    lastAt: '2026-11-15T11:30:00.000Z',
    count: 2,
  };
  const letters = [letter, { ...letter, id: 'LETTER-2', lastAt: '2026-11-15T11:40:00.000Z' }];
  expect(noticesOf({ alerts: [], silences: [], letters }, now)).toMatchObject([
    { heading: 'Not understood', text: 'alerts: missing', count: 4, lastAt: '2026-11-15T11:40:00.000Z' },
  ]);
});
