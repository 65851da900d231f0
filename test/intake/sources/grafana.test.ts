import { expect, it } from 'vitest';
import { grafana } from '../../../src/intake/sources/grafana.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('a firing alert is about the database of its labels and starts the runbook of its rule', () => {
  const alert = onlyAlert(grafana, 'grafana-firing');
  expect(alert).toMatchObject({
    source: 'monitoring',
    status: 'firing',
    fingerprint: '57c6d9296de2ad39',
    name: 'ConnectionPoolExhausted',
    startsAt: '2024-11-15T14:23:10+09:00',
    endsAt: null,
    generatorUrl: 'https://grafana.example.com/alerting/grafana/adq2p8k1m7wu8c/view?orgId=1',
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('its end has the same fingerprint, and the moment of the end', () => {
  expect(onlyAlert(grafana, 'grafana-resolved')).toMatchObject({
    status: 'resolved',
    fingerprint: '57c6d9296de2ad39',
    endsAt: '2024-11-15T15:47:30+09:00',
  });
});

it('names what is missing, or of another form', () => {
  const [alert] = body('grafana-firing').alerts as object[];
  const withAlert = (change: object) => ({ ...body('grafana-firing'), alerts: [{ ...alert, ...change }] });
  expect(wrongIn(grafana, withAlert({ fingerprint: undefined }))).toEqual(['alerts.0.fingerprint']);
  expect(wrongIn(grafana, withAlert({ startsAt: 'now' }))).toEqual(['alerts.0.startsAt']);
  expect(wrongIn(grafana, body('alertmanager-firing'))).toEqual(['version']);
});
