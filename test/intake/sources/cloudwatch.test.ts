import { expect, it } from 'vitest';
import { cloudwatch } from '../../../src/intake/sources/cloudwatch.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

const notification = body('cloudwatch-alarm');
const alarm = JSON.parse(notification.Message as string) as Record<string, unknown>;
const saying = (change: object) => ({ ...notification, Message: JSON.stringify({ ...alarm, ...change }) });

it('an alarm is about the database of its dimension and starts the runbook of its metric, whatever its name', () => {
  const alert = onlyAlert(cloudwatch, 'cloudwatch-alarm');
  expect(alert).toMatchObject({
    status: 'firing',
    fingerprint: 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:orders-primary connections',
    name: 'orders-primary connections',
    labels: {
      alertname: 'orders-primary connections',
      DBInstanceIdentifier: 'orders-primary',
      metric_name: 'DatabaseConnections',
      namespace: 'AWS/RDS',
      region: 'eu-central-1',
      account: '123456789012',
    },
    startsAt: '2024-11-15T05:23:12.120+00:00',
    endsAt: null,
    generatorUrl:
      'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/orders-primary%20connections',
  });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('OK ends it', () => {
  const alert = onlyAlert(cloudwatch, 'cloudwatch-ok');
  expect(alert).toMatchObject({
    status: 'resolved',
    fingerprint: onlyAlert(cloudwatch, 'cloudwatch-alarm').fingerprint,
    endsAt: '2024-11-15T06:47:12.120+00:00',
  });
  expect(targetOf(alert).database).toBe('orders-primary');
});

it('an alarm on an expression is about the metric and the cluster inside it', () => {
  const alert = onlyAlert(cloudwatch, 'cloudwatch-expression');
  expect(alert.labels).toMatchObject({ metric_name: 'DatabaseConnections', Role: 'WRITER' });
  expect(targetOf(alert)).toEqual({ database: 'orders-cluster', runbook: 'pool-exhaustion' });
});

it('each time series of a Metrics Insights alarm is an alert of its own', () => {
  const one = {
    AlarmContributorId: 'c1',
    AlarmContributorAttributes: { DBInstanceIdentifier: 'orders-cluster' },
  };
  const alert = onlyAlert(cloudwatch, saying({ Trigger: { Metrics: [] }, ...one }));
  expect(alert.fingerprint).toBe(`${alarm.AlarmArn as string}#c1`);
  expect(targetOf(alert).database).toBe('orders-cluster');
});

it.each([
  ['no data', saying({ NewStateValue: 'INSUFFICIENT_DATA' }), /has no data/],
  ['another message', { ...notification, Message: 'Backup finished' }, /no alarm of CloudWatch/],
  [
    'an event of RDS',
    { ...notification, Message: '{"Event Source":"db-instance"}' },
    /no alarm of CloudWatch/,
  ],
  [
    'the end of the subscription',
    { ...body('cloudwatch-subscription'), Type: 'UnsubscribeConfirmation' },
    /no alarm arrives from it any more/,
  ],
])('%s is no alert, and says so', (_what, given, reason) => {
  expect(cloudwatch.parse(given, 'monitoring')).toEqual({ passed: expect.stringMatching(reason) });
});

const subscription = body('cloudwatch-subscription');
it('a subscription is confirmed at SNS in the region of the topic', () => {
  const parsed = cloudwatch.parse(subscription, 'monitoring');
  expect('confirm' in parsed && parsed.confirm.href).toBe(subscription.SubscribeURL);
});

const own = subscription.SubscribeURL as string;
it.each([
  ['of another region', own.replace('eu-central-1.', 'us-east-1.')],
  ['of somebody else', own.replace('amazonaws.com', 'amazonaws.com.attacker.example')],
  ['that only looks like it', own.replace('https://', 'https://attacker@')],
  ['on another port', own.replace('amazonaws.com', 'amazonaws.com:8443')],
  ['without TLS', own.replace('https:', 'http:')],
  ['for another topic', own.replace('database-alarms', 'others')],
  ['for something else', own.replace('ConfirmSubscription', 'DeleteTopic')],
  ['inside the network', 'http://169.254.169.254/latest/meta-data'],
  ['that is none', 'confirm'],
])('an address %s is not called', (_what, SubscribeURL) => {
  expect(cloudwatch.parse({ ...subscription, SubscribeURL }, 'monitoring')).toEqual({
    passed: expect.stringContaining('is not called'),
  });
});

it('names what is missing', () => {
  expect(wrongIn(cloudwatch, saying({ NewStateValue: 'FINE' }))).toEqual(['NewStateValue']);
  expect(wrongIn(cloudwatch, saying({ StateChangeTime: 'today' }))).toEqual(['StateChangeTime']);
  expect(wrongIn(cloudwatch, { ...notification, MessageId: undefined })).toEqual(['MessageId']);
});
