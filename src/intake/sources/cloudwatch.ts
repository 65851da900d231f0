import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { labelsOf } from '../labels.ts';
import { confirmationUrl } from '../sns/addresses.ts';
import { SnsEnvelope } from '../sns/envelope.ts';

const Dimensions = z.array(z.object({ name: z.string(), value: z.string() })).nullish();

/** The metric of an alarm, or the metrics of its expression. */
const Trigger = z.object({
  MetricName: z.string().nullish(),
  Namespace: z.string().nullish(),
  Dimensions,
  Metrics: z
    .array(
      z.object({
        MetricStat: z
          .object({
            Metric: z.object({
              MetricName: z.string().nullish(),
              Namespace: z.string().nullish(),
              Dimensions,
            }),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

/** What CloudWatch publishes when an alarm changes its state (Amazon CloudWatch User Guide, Notifying users on alarm changes). */
const Alarm = z.object({
  AlarmName: z.string().min(1),
  AlarmArn: z.string().min(1).nullish(),
  AlarmDescription: z.string().nullish(),
  AWSAccountId: z.string().nullish(),
  Region: z.string().nullish(),
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  NewStateReason: z.string().nullish(),
  /** `2024-11-15T14:23:04.512+0000`: an offset without a colon. */
  StateChangeTime: z
    .string()
    .transform((text) => text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    .pipe(z.iso.datetime({ offset: true })),
  Trigger: Trigger.nullish(),
  /** The time series of a Metrics Insights alarm that changed. */
  AlarmContributorId: z.string().nullish(),
  AlarmContributorAttributes: z.record(z.string(), z.string()).nullish(),
});
type Alarm = z.output<typeof Alarm>;

/** The dimensions that name a database of Amazon RDS, the nearest first. */
const DATABASE_DIMENSIONS = ['DBInstanceIdentifier', 'DBClusterIdentifier'];

/**
 * CloudWatch alarms by Amazon SNS. SNS gives up after 15 s, tries again on 5xx, by default three times 20 s apart, and
 * never after a 4xx.
 */
export const cloudwatch: AlertFormat = {
  id: 'cloudwatch',
  ways: ['snsSignature'],
  answerMs: 8_000,
  tooMany: 503,
  parse(body, source) {
    const envelope = SnsEnvelope.parse(body);
    if (envelope.Type === 'SubscriptionConfirmation') return confirmationOf(envelope);
    if (envelope.Type === 'UnsubscribeConfirmation')
      return {
        passed: `The subscription to ${envelope.TopicArn} was ended: no alarm arrives from it any more.`,
      };
    const message = readMessage(envelope.Message);
    if (message === null) return { passed: 'The message is no alarm of CloudWatch.' };
    const alarm = Alarm.parse(message);
    if (alarm.NewStateValue === 'INSUFFICIENT_DATA')
      return { passed: `The alarm ${alarm.AlarmName} has no data, which is neither an alarm nor its end.` };
    return { alerts: [toAlert(alarm, source)] };
  },
};

function confirmationOf({ SubscribeURL, TopicArn }: { SubscribeURL: string; TopicArn: string }) {
  const confirm = confirmationUrl(SubscribeURL, TopicArn);
  return confirm === null
    ? {
        passed: 'The address of the confirmation is not at SNS in the region of the topic: it is not called.',
      }
    : { confirm };
}

/** What else is published on a topic, such as an event of RDS, has no name of an alarm. */
function readMessage(text: string): object | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'AlarmName' in message ? message : null;
  } catch {
    return null;
  }
}

function toAlert(alarm: Alarm, source: string) {
  const isOver = alarm.NewStateValue === 'OK';
  const { metric, dimensions } = subjectOf(alarm);
  const region = alarm.AlarmArn?.split(':')[3] ?? null;
  const identity = alarm.AlarmArn ?? `${alarm.AWSAccountId ?? ''}:${alarm.Region ?? ''}:${alarm.AlarmName}`;
  return {
    source,
    status: isOver ? ('resolved' as const) : ('firing' as const),
    fingerprint: [identity, alarm.AlarmContributorId ?? []].flat().join('#'),
    name: alarm.AlarmName,
    labels: {
      ...labelsOf(dimensions),
      ...labelsOf({
        alertname: alarm.AlarmName,
        metric_name: metric?.MetricName,
        namespace: metric?.Namespace,
        region: region ?? alarm.Region,
        account: alarm.AWSAccountId,
        database: DATABASE_DIMENSIONS.flatMap((name) => dimensions[name] ?? [])[0],
      }),
    },
    annotations: labelsOf({ summary: alarm.NewStateReason, description: alarm.AlarmDescription }),
    startsAt: alarm.StateChangeTime,
    endsAt: isOver ? alarm.StateChangeTime : null,
    generatorUrl: region === null ? null : consoleUrl(region, alarm.AlarmName),
  };
}

/** The metric that the alarm watches, the first of an expression, and the dimensions of all of them. */
function subjectOf({ Trigger: trigger, AlarmContributorAttributes: attributes }: Alarm) {
  const inExpression = (trigger?.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  const metrics = trigger?.MetricName ? [trigger, ...inExpression] : inExpression;
  const pairs = metrics.flatMap(({ Dimensions: dimensions }) => dimensions ?? []);
  const dimensions: Record<string, string> = {
    ...Object.fromEntries(pairs.toReversed().map(({ name, value }) => [name, value])),
    ...attributes,
  };
  return { metric: metrics[0], dimensions };
}

function consoleUrl(region: string, alarm: string): string {
  const domain = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(alarm)}`;
}
