import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { labelsOf, labelsOfTags, nameInTitle } from '../labels.ts';

/** A variable that Datadog has no value for stays empty; one that it does not know stays as it is written. */
const Variable = z.string().transform((text) => (/^(?:\$[A-Z_]+|null)?$/.test(text.trim()) ? '' : text));

/** The payload of deploy/datadog/webhook.json (docs.datadoghq.com/integrations/webhooks, Variables). */
const Webhook = z.object({
  cycle: Variable,
  monitor: Variable,
  scope: Variable,
  title: Variable.pipe(z.string().min(1)),
  transition: Variable.pipe(z.string().min(1)),
  /** Milliseconds since 1970. */
  date: z.coerce.number().int().min(0).max(8.64e15),
  tags: Variable,
  metric: Variable,
  priority: Variable,
  type: Variable,
  text: Variable,
  link: Variable,
});

/** A database of Datadog Database Monitoring is tagged with the name that Amazon RDS has for it. */
const INSTANCE_TAG = 'dbinstanceidentifier';

/** Datadog monitors. It gives up after 15 s and tries again on 5xx alone. */
export const datadog: AlertFormat = {
  id: 'datadog',
  ways: ['bearer', 'basic', 'header'],
  answerMs: 8_000,
  tooMany: 503,
  parse(body, source) {
    const event = Webhook.parse(body);
    const status = /^(?:warn )?recovered$/i.test(event.transition.trim()) ? 'resolved' : 'firing';
    const name = nameInTitle(event.title);
    const tags = labelsOfTags(`${event.scope},${event.tags}`.split(','));
    const at = new Date(event.date).toISOString();
    return {
      alerts: [
        {
          source,
          status,
          fingerprint: event.cycle || `${event.monitor}:${event.scope}`,
          name,
          labels: {
            ...labelsOf({
              severity: event.priority || event.type,
              metric_name: event.metric,
              monitor_id: event.monitor,
              database: tags.service === undefined ? tags[INSTANCE_TAG] : undefined,
            }),
            ...tags,
            alertname: name,
          },
          annotations: labelsOf({ summary: event.text || event.title, transition: event.transition }),
          startsAt: at,
          endsAt: status === 'resolved' ? at : null,
          generatorUrl: event.link || null,
        },
      ],
    };
  },
};
