import { expect, it } from 'vitest';
import { sentry } from '../../../src/intake/sources/sentry.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('a metric alert is about the service of its project and starts the runbook of its rule', () => {
  const alert = onlyAlert(sentry, 'sentry-metric-critical');
  expect(alert).toMatchObject({
    status: 'firing',
    fingerprint: 'metric-alert:185962',
    name: 'ConnectionPoolExhausted',
    labels: { service: 'order-service', environment: 'production', severity: 'critical' },
    startsAt: '2024-11-15T05:23:00Z',
    endsAt: null,
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('its end has the same fingerprint', () => {
  expect(onlyAlert(sentry, 'sentry-metric-resolved')).toMatchObject({
    status: 'resolved',
    fingerprint: 'metric-alert:185962',
    endsAt: '2024-11-15T06:47:00Z',
  });
});

it('an issue alert is about the database of its tags, otherwise about the service of its project', () => {
  const alert = onlyAlert(sentry, 'sentry-issue-alert');
  expect(alert).toMatchObject({ fingerprint: 'issue:1117540176', name: 'ConnectionPoolExhausted' });
  expect(alert.labels).toMatchObject({
    database: 'orders-primary',
    service: 'order-service',
    severity: 'error',
  });
  const given = body('sentry-issue-alert') as { data: { event: object } };
  const untagged = { ...given, data: { ...given.data, event: { ...given.data.event, tags: [] } } };
  expect(targetOf(onlyAlert(sentry, untagged)).database).toBe('orders-primary');
});

it('the resolved issue ends it', () => {
  const alert = onlyAlert(sentry, 'sentry-issue-resolved');
  expect(alert).toMatchObject({ status: 'resolved', fingerprint: 'issue:1117540176' });
  expect(targetOf(alert).database).toBe('orders-primary');
});

it.each([
  ['another change of an issue', { ...body('sentry-issue-resolved'), action: 'assigned' }],
  ['an installation', { action: 'created', data: { installation: {} } }],
])('%s is no alert', (_what, given) => {
  expect(sentry.parse(given, 'monitoring')).toEqual({
    passed: expect.stringContaining('starts and ends no alert'),
  });
});

it('names what is missing', () => {
  const given = body('sentry-metric-critical') as { data: object };
  expect(wrongIn(sentry, { ...given, data: { metric_alert: { id: '1' } } })).toEqual([
    'metric_alert.alert_rule',
    'metric_alert.date_started',
  ]);
});
