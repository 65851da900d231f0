import { z } from 'zod';
import type { Alert } from '../domain/alert.ts';

const Labels = z.record(z.string(), z.string());

/** The alerts of a webhook, as Alertmanager and Grafana write them. */
export const PrometheusAlerts = z
  .array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: Labels,
      annotations: Labels.nullish(),
      startsAt: z.iso.datetime({ offset: true }),
      endsAt: z.string().optional(),
      generatorURL: z.string().optional(),
      fingerprint: z.string().min(1),
    }),
  )
  .min(1);

/** Zero time of Go: the alert has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z';

export function toAlerts(alerts: z.output<typeof PrometheusAlerts>, source: string): Alert[] {
  return alerts.map((alert) => ({
    source,
    status: alert.status,
    fingerprint: alert.fingerprint,
    name: alert.labels.alertname ?? 'unnamed alert',
    labels: alert.labels,
    annotations: alert.annotations ?? {},
    startsAt: alert.startsAt,
    endsAt: alert.endsAt === undefined || alert.endsAt === NOT_ENDED ? null : alert.endsAt,
    generatorUrl: alert.generatorURL ?? null,
  }));
}
