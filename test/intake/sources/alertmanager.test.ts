import { expect, it } from 'vitest';
import { alertmanager } from '../../../src/intake/sources/alertmanager.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('an alert is about the database of its labels and starts the runbook of its rule', () => {
  const alert = onlyAlert(alertmanager, 'alertmanager-firing');
  expect(alert).toMatchObject({ status: 'firing', fingerprint: 'a3c1f7e09b1d5521', endsAt: null });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('names what is missing, or of another form', () => {
  expect(wrongIn(alertmanager, { ...body('alertmanager-firing'), alerts: [{}] })).toEqual([
    'alerts.0.status',
    'alerts.0.labels',
    'alerts.0.startsAt',
    'alerts.0.fingerprint',
  ]);
  expect(wrongIn(alertmanager, body('grafana-firing'))).toEqual(['version']);
});
