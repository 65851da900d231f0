import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { labelsOf, nameInTitle } from '../labels.ts';

/** What an event of an incident means for its alert; what else happens to it (an acknowledgement, a note) changes nothing. */
const statuses: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['incident.triggered', 'firing'],
  ['incident.reopened', 'firing'],
  ['incident.resolved', 'resolved'],
]);

/** One event of a webhook subscription (PagerDuty, Webhooks v3, Webhook Payload). */
const Webhook = z.object({
  event: z.object({
    event_type: z.string().min(1),
    occurred_at: z.iso.datetime({ offset: true }),
    data: z.looseObject({}).nullish(),
  }),
});

const Incident = z.object({
  id: z.string().min(1),
  title: z.string(),
  html_url: z.string().nullish(),
  urgency: z.string().nullish(),
  incident_key: z.string().nullish(),
  priority: z.object({ summary: z.string().nullish() }).nullish(),
  service: z.object({ summary: z.string().nullish() }).nullish(),
});

/**
 * PagerDuty, Webhooks v3: an incident there is an alert here, about the service of the same name. It gives up after 5 s,
 * tries again on 5xx and 429, and never after another 4xx.
 */
export const pagerduty: AlertFormat = {
  id: 'pagerduty',
  ways: ['pagerdutySignature'],
  answerMs: 4_000,
  tooMany: 429,
  parse(body, source) {
    const { event } = Webhook.parse(body);
    const status = statuses.get(event.event_type);
    if (status === undefined) return { passed: `An event ${event.event_type} starts and ends no alert.` };
    const incident = z.object({ event: z.object({ data: Incident }) }).parse(body).event.data;
    const name = nameInTitle(incident.title);
    return {
      alerts: [
        {
          source,
          status,
          fingerprint: incident.id,
          name,
          labels: labelsOf({
            alertname: name,
            service: incident.service?.summary,
            severity: incident.priority?.summary ?? incident.urgency,
            incident_key: incident.incident_key,
          }),
          annotations: labelsOf({ summary: incident.title }),
          // An end does not say when what it ends began again: each event stands for itself.
          startsAt: event.occurred_at,
          endsAt: status === 'resolved' ? event.occurred_at : null,
          generatorUrl: incident.html_url ?? null,
        },
      ],
    };
  },
};
