import { expect, it } from 'vitest';
import { pagerduty } from '../../../src/intake/sources/pagerduty.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('a triggered incident is an alert about the service of its name; the rule stands in the title', () => {
  const alert = onlyAlert(pagerduty, 'pagerduty-triggered');
  expect(alert).toEqual({
    source: 'monitoring',
    status: 'firing',
    fingerprint: 'Q2X7N0K3PLM4ZA',
    name: 'PostgresqlTooManyConnections',
    labels: {
      alertname: 'PostgresqlTooManyConnections',
      service: 'order-service',
      severity: 'P1',
      incident_key: 'e7c1b0d25f4a4c6db1a7',
    },
    annotations: { summary: '[FIRING:1] PostgresqlTooManyConnections (orders-primary critical)' },
    startsAt: '2024-11-15T05:23:11.512Z',
    endsAt: null,
    generatorUrl: 'https://acme.pagerduty.com/incidents/Q2X7N0K3PLM4ZA',
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('a resolved incident ends the alert', () => {
  const alert = onlyAlert(pagerduty, 'pagerduty-resolved');
  expect(alert).toMatchObject({
    status: 'resolved',
    fingerprint: 'Q2X7N0K3PLM4ZA',
    endsAt: '2024-11-15T06:47:02.101Z',
  });
  expect(targetOf(alert).database).toBe('orders-primary');
});

it('a reopened incident fires again, and its second end is not taken for the first', () => {
  const { event } = body('pagerduty-resolved') as { event: object };
  const later = { event: { ...event, occurred_at: '2024-11-15T07:30:00Z' } };
  const again = { event: { ...event, event_type: 'incident.reopened', occurred_at: '2024-11-15T07:00:00Z' } };
  expect(onlyAlert(pagerduty, again)).toMatchObject({ status: 'firing', startsAt: '2024-11-15T07:00:00Z' });
  expect(onlyAlert(pagerduty, later).startsAt).not.toBe(onlyAlert(pagerduty, 'pagerduty-resolved').startsAt);
});

it.each(['pagerduty-annotated'])('%s says why it is no alert', (name) => {
  expect(pagerduty.parse(body(name), 'monitoring')).toEqual({
    passed: 'An event incident.annotated starts and ends no alert.',
  });
});

it('names what is missing', () => {
  const { event } = body('pagerduty-triggered') as { event: { data: object } };
  expect(wrongIn(pagerduty, { event: { ...event, data: { ...event.data, id: undefined } } })).toEqual([
    'event.data.id',
  ]);
  expect(wrongIn(pagerduty, { messages: [] })).toEqual(['event']);
});
