import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';

/** The form for senders that have none of their own; docs/alerts.md describes it. */
const GenericAlert = z.strictObject({
  /** The sender's id of the alert, the same for its repeats and its end. */
  id: z.string().min(1).max(500),
  status: z.enum(['firing', 'resolved']),
  name: z.string().min(1).max(500),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  summary: z.string().max(4000).optional(),
  link: z.url({ protocol: /^https?$/ }).optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

/** One alert as plain JSON. */
export const generic: AlertFormat = {
  id: 'generic',
  ways: ['hmac', 'standardWebhooks', 'bearer', 'basic', 'header'],
  answerMs: 8_000,
  tooMany: 429,
  parse(body, source) {
    const alert = GenericAlert.parse(body);
    return {
      alerts: [
        {
          source,
          status: alert.status,
          fingerprint: alert.id,
          name: alert.name,
          labels: { alertname: alert.name, ...alert.labels },
          annotations: alert.summary === undefined ? {} : { summary: alert.summary },
          startsAt: alert.startsAt,
          endsAt: alert.endsAt ?? null,
          generatorUrl: alert.link ?? null,
        },
      ],
    };
  },
};
