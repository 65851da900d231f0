import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { PrometheusAlerts, toAlerts } from '../prometheus-alerts.ts';

/** The parts that are used of a webhook of Alertmanager, version 4 (prometheus.io/docs/alerting/latest/configuration, webhook_config). */
const Webhook = z.object({ version: z.literal('4'), alerts: PrometheusAlerts });

/** Alertmanager, version 4 of its webhook. It tries again on 5xx alone, with growing pauses, as long as the alert fires. */
export const alertmanager: AlertFormat = {
  id: 'alertmanager',
  ways: ['bearer', 'basic', 'header'],
  answerMs: 8_000,
  tooMany: 503,
  parse: (body, source) => ({ alerts: toAlerts(Webhook.parse(body).alerts, source) }),
};
