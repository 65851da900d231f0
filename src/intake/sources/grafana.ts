import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { PrometheusAlerts, toAlerts } from '../prometheus-alerts.ts';

/** The parts that are used of Grafana's webhook contact point (grafana.com/docs, Configure webhook notifications), without a custom payload. */
const Webhook = z.object({ version: z.literal('1'), alerts: PrometheusAlerts });

/** Grafana Alerting. What it could not deliver it sends with the next notification of the group. */
export const grafana: AlertFormat = {
  id: 'grafana',
  ways: ['grafanaSignature', 'bearer', 'basic', 'header'],
  answerMs: 8_000,
  tooMany: 503,
  parse: (body, source) => ({ alerts: toAlerts(Webhook.parse(body).alerts, source) }),
};
