import { z } from 'zod';

/** An alert as Prometheus' Alertmanager understands it, whatever source it came from. */
export const Alert = z.object({
  /** Configured name of the alert source, such as `alertmanager`. */
  source: z.string(),
  status: z.enum(['firing', 'resolved']),
  /** Identity of the alert over its repeats: Alertmanager's fingerprint or the sender's id. */
  fingerprint: z.string().min(1),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  /** ISO 8601 with offset. */
  startsAt: z.string(),
  endsAt: z.string().nullable(),
  generatorUrl: z.string().nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** Identity of one delivery: a repeat or an HA twin of the same alert state has the same key. */
export function deliveryKey(alert: Alert): string {
  return `${alert.source}:${alert.fingerprint}:${alert.status}:${alert.startsAt}`;
}
