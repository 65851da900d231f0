import { z } from 'zod';
import type { AlertFormat } from '../alert-format.ts';
import { labelsOf, labelsOfTags, nameInTitle } from '../labels.ts';

/** What an action means for the alert; the rest (an acknowledgement, a note, an escalation) changes nothing. */
const statuses: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['Create', 'firing'],
  ['Close', 'resolved'],
  ['Delete', 'resolved'],
]);

/** Milliseconds since 1970; `updatedAt` comes in nanoseconds. */
const Moment = z
  .number()
  .min(0)
  .transform((time) => (time > 1e15 ? Math.floor(time / 1e6) : time))
  .pipe(z.number().max(8.64e15))
  .transform((time) => new Date(time).toISOString());

/** The parts that are used of an outgoing webhook of Opsgenie or Jira Service Management (Opsgenie, Webhook Integration). */
const Webhook = z.object({ action: z.string().min(1), alert: z.looseObject({}) });

const OpsgenieAlert = z.object({
  alertId: z.string().min(1),
  message: z.string(),
  createdAt: Moment,
  updatedAt: Moment.nullish(),
  alias: z.string().nullish(),
  entity: z.string().nullish(),
  priority: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  /** Only of a Create, and only when the webhook sends them: what shall find the database stands in a tag. */
  details: z.record(z.string(), z.unknown()).nullish(),
  description: z.string().nullish(),
});

/** Opsgenie, and Jira Service Management that follows it. It signs nothing; a header can be added. */
export const opsgenie: AlertFormat = {
  id: 'opsgenie',
  ways: ['bearer', 'header', 'basic'],
  answerMs: 8_000,
  tooMany: 503,
  parse(body, source) {
    const { action } = Webhook.parse(body);
    const status = statuses.get(action);
    if (status === undefined) return { passed: `The action ${action} starts and ends no alert.` };
    const { alert } = z.object({ alert: OpsgenieAlert }).parse(body);
    const name = nameInTitle(alert.message.trim()) || 'unnamed alert';
    const details = Object.entries(alert.details ?? {}).filter(([, value]) => typeof value === 'string');
    return {
      alerts: [
        {
          source,
          status,
          fingerprint: alert.alertId,
          name,
          labels: {
            ...labelsOf(Object.fromEntries(details) as Record<string, string>),
            ...labelsOf({ severity: alert.priority, entity: alert.entity, alias: alert.alias }),
            ...labelsOfTags(alert.tags ?? []),
            alertname: name,
          },
          annotations: labelsOf({ summary: alert.message.trim(), description: alert.description }),
          startsAt: alert.createdAt,
          endsAt: status === 'resolved' ? (alert.updatedAt ?? alert.createdAt) : null,
          generatorUrl: null,
        },
      ],
    };
  },
};
