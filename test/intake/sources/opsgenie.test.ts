import { expect, it } from 'vitest';
import { opsgenie } from '../../../src/intake/sources/opsgenie.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('a created alert is about the database in its tags', () => {
  const alert = onlyAlert(opsgenie, 'opsgenie-create');
  expect(alert).toMatchObject({
    status: 'firing',
    fingerprint: '8418d193-2dab-4490-b331-8c02cdd196b7-1731648191104',
    name: 'PostgresqlTooManyConnections',
    labels: { severity: 'P1', env: 'prod', region: 'eu-central-1', alias: 'orders-primary-connections' },
    startsAt: '2024-11-15T05:23:11.104Z',
    endsAt: null,
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it.each(['Close', 'Delete'])('%s ends it, at the time that comes in nanoseconds', (action) => {
  const alert = onlyAlert(opsgenie, { ...body('opsgenie-close'), action });
  expect(alert).toMatchObject({
    status: 'resolved',
    fingerprint: onlyAlert(opsgenie, 'opsgenie-create').fingerprint,
    endsAt: '2024-11-15T06:47:30.764Z',
  });
  expect(targetOf(alert).database).toBe('orders-primary');
});

it('an acknowledgement is no alert', () => {
  expect(opsgenie.parse(body('opsgenie-acknowledge'), 'monitoring')).toEqual({
    passed: 'The action Acknowledge starts and ends no alert.',
  });
});

it('names what is missing', () => {
  const { alert } = body('opsgenie-create') as { alert: object };
  expect(wrongIn(opsgenie, { action: 'Create', alert: { ...alert, alertId: '' } })).toEqual([
    'alert.alertId',
  ]);
  expect(wrongIn(opsgenie, { action: 'Create', alert: { ...alert, createdAt: 1e40 } })).toEqual([
    'alert.createdAt',
  ]);
});
