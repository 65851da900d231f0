import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { datadog } from '../../../src/intake/sources/datadog.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

const triggered = body('datadog-triggered');

it('a monitor that triggers is an alert; the database is the one that Amazon RDS calls so', () => {
  const alert = onlyAlert(datadog, triggered);
  expect(alert).toMatchObject({
    status: 'firing',
    fingerprint: '6018411853279104001',
    name: 'PostgresqlTooManyConnections',
    labels: {
      alertname: 'PostgresqlTooManyConnections',
      severity: 'P1',
      env: 'prod',
      team: 'databases',
      metric_name: 'postgresql.percent_usage_connections',
    },
    startsAt: '2024-11-15T05:23:11.000Z',
    endsAt: null,
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('its recovery has the same cycle', () => {
  const alert = onlyAlert(datadog, 'datadog-recovered');
  expect(alert).toMatchObject({
    status: 'resolved',
    fingerprint: '6018411853279104001',
    name: 'PostgresqlTooManyConnections',
    endsAt: '2024-11-15T06:47:30.000Z',
  });
  expect(targetOf(alert).database).toBe('orders-primary');
});

it.each([
  ['a tag database', 'database:orders-cluster,service:order-service', 'orders-cluster'],
  ['a tag service', 'service:order-service,dbinstanceidentifier:unknown', 'orders-primary'],
])('%s says what it is about', (_what, tags, database) => {
  expect(targetOf(onlyAlert(datadog, { ...triggered, scope: '', tags })).database).toBe(database);
});

it.each(['No Data', 'Warn', 'Re-Triggered', 'Renotify'])('%s fires', (transition) => {
  expect(onlyAlert(datadog, { ...triggered, transition }).status).toBe('firing');
});

it('what Datadog has no value for is no label, and the monitor with its scope is the identity then', () => {
  const alert = onlyAlert(datadog, { ...triggered, cycle: '', priority: '$ALERT_PRIORITY', metric: 'null' });
  expect(alert.fingerprint).toBe('91827364:dbinstanceidentifier:orders-primary,env:prod');
  expect(alert.labels).toMatchObject({ severity: 'error' });
  expect(alert.labels).not.toHaveProperty('metric_name');
});

it('the shipped template has the fields that are read, each with a variable of Datadog', () => {
  const template = JSON.parse(readFileSync('deploy/datadog/webhook.json', 'utf8')) as Record<string, string>;
  expect(Object.keys(template).sort()).toEqual(Object.keys(triggered).sort());
  for (const variable of Object.values(template)) expect(variable).toMatch(/^\$[A-Z_]+$/);
});

it('names what is missing', () => {
  expect(wrongIn(datadog, { ...triggered, transition: undefined })).toEqual(['transition']);
  expect(wrongIn(datadog, { ...triggered, date: '$DATE' })).toEqual(['date']);
  expect(wrongIn(datadog, { ...triggered, title: '$ALERT_TITLE' })).toEqual(['title']);
});
