import { z } from 'zod';
import type { Alert } from '../../domain/alert.ts';
import type { AlertFormat } from '../alert-format.ts';

const Labels = z.record(z.string(), z.string());

/** The parts that are used of a webhook of Alertmanager, version 4 (prometheus.io/docs/alerting/latest/configuration, webhook_config). */
const Webhook = z.object({
  version: z.literal('4'),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: Labels,
        annotations: Labels.default({}),
        startsAt: z.iso.datetime({ offset: true }),
        endsAt: z.string().optional(),
        generatorURL: z.string().optional(),
        fingerprint: z.string().min(1),
      }),
    )
    .min(1),
});

/** Alertmanager's zero time: the alert has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z';

/** Alertmanager, version 4 of its webhook. */
export const alertmanager: AlertFormat = {
  id: 'alertmanager',
  parse(body, source): Alert[] {
    return Webhook.parse(body).alerts.map((alert) => ({
      source,
      status: alert.status,
      fingerprint: alert.fingerprint,
      name: alert.labels.alertname ?? 'unnamed alert',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt,
      endsAt: alert.endsAt === undefined || alert.endsAt === NOT_ENDED ? null : alert.endsAt,
      generatorUrl: alert.generatorURL ?? null,
    }));
  },
};
