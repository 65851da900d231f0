import { expect, it } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import type { AlertNote } from '../../../src/domain/incident.ts';
import { incidentAlerts } from '../../../src/slack/blocks/incident-alerts.ts';
import { makeAlert } from '../../support/domain.ts';
import { view } from '../fixtures.ts';

const note = (change: Partial<Alert>, minute = 0): AlertNote => ({
  alert: makeAlert({ startsAt: `2026-11-15T05:${String(minute).padStart(2, '0')}:00Z`, ...change }),
  at: `2026-11-15T06:${String(minute).padStart(2, '0')}:00.000Z`,
});
const told = (alerts: AlertNote[], symptoms: AlertNote[] = []) => {
  const message = incidentAlerts(view([], { alerts, symptoms }).incident);
  return message === null ? null : { words: message.words, text: JSON.stringify(message.blocks) };
};

it('says nothing of the one alert that the parent tells', () => {
  expect(told([])).toBeNull();
  expect(told([note({})])).toBeNull();
});

it('says when an alert was resolved, after how long, and that others still fire', () => {
  const message = told([
    note({}),
    note({ fingerprint: 'f2', name: 'Other' }, 1),
    note({ status: 'resolved' }, 5),
  ]);
  expect(message?.words).toBe('Alerts of INC-1: 1 of 2 firing');
  expect(message?.text).toMatch(
    /ConnectionPoolExhausted.* was resolved at .*, after 5m00s.*Other.* fires since /,
  );
});

it('says once of an alert that fires again and again that it does', () => {
  const course = [1, 2, 3].flatMap((minute) => [
    note({}, 2 * minute),
    note({ status: 'resolved', startsAt: `2026-11-15T05:0${2 * minute}:00Z` }, 2 * minute + 1),
  ]);
  expect(told(course)?.text).toContain('again and again, 3 times so far');
});

it('says which alerts are symptoms', () => {
  const message = told([note({})], [note({ fingerprint: 's', name: 'HighLatency <!channel>' }, 1)]);
  expect(message?.words).toBe('Alerts of INC-1: 1 of 1 firing, 1 inhibited as symptoms');
  expect(message?.text).toContain('HighLatency');
});
