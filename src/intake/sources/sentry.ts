import { z } from 'zod';
import type { Alert } from '../../domain/alert.ts';
import type { AlertFormat } from '../alert-format.ts';
import { labelsOf, labelsOfTags } from '../labels.ts';

/** ISO 8601; what has no offset is UTC. */
const Moment = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => (/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`));

/** The parts of an issue alert that are used (docs.sentry.io, Integration Platform, Issue Alerts). */
const IssueAlert = z.object({
  event: z.object({
    issue_id: z.string().min(1),
    title: z.string(),
    datetime: Moment,
    level: z.string().nullish(),
    environment: z.string().nullish(),
    /** Address in the API, with the project in its path; nothing else names the project. */
    url: z.string().nullish(),
    web_url: z.string().nullish(),
    tags: z.array(z.tuple([z.string(), z.string().nullable()])).nullish(),
  }),
  triggered_rule: z.string().min(1),
});

/** The parts of a metric alert that are used (docs.sentry.io, Integration Platform, Metric Alerts). */
const MetricAlert = z.object({
  metric_alert: z.object({
    id: z.union([z.string().min(1), z.number().transform(String)]),
    alert_rule: z.object({
      name: z.string().min(1),
      environment: z.string().nullish(),
      projects: z.array(z.string()).nullish(),
    }),
    date_started: Moment,
    date_closed: Moment.nullish(),
  }),
  description_title: z.string().nullish(),
  description_text: z.string().nullish(),
  web_url: z.string().nullish(),
});

/** The parts of a change of an issue that are used (docs.sentry.io, Integration Platform, Issues). */
const IssueChange = z.object({
  issue: z.object({
    id: z.string().min(1),
    title: z.string(),
    lastSeen: Moment.nullish(),
    firstSeen: Moment,
    project: z.object({ slug: z.string() }).nullish(),
    web_url: z.string().nullish(),
  }),
});

const Webhook = z.object({ action: z.string().min(1), data: z.looseObject({}) });

/**
 * Sentry, by an internal integration: metric alerts, issue alerts, and the end of an issue. It gives up after 1 s, and
 * does not try again: what was not stored in time is stored all the same.
 */
export const sentry: AlertFormat = {
  id: 'sentry',
  ways: ['sentrySignature'],
  answerMs: 700,
  tooMany: 503,
  parse(body, source) {
    const { action, data } = Webhook.parse(body);
    const alert = read(action, data);
    return alert === null
      ? { passed: `The action ${action} starts and ends no alert.` }
      : { alerts: [{ ...alert, source }] };
  },
};

function read(action: string, data: object): Omit<Alert, 'source'> | null {
  if ('metric_alert' in data) return ofMetric(action, MetricAlert.parse(data));
  if ('event' in data && 'triggered_rule' in data) return ofIssueAlert(IssueAlert.parse(data));
  return 'issue' in data && action === 'resolved' ? ofResolvedIssue(IssueChange.parse(data)) : null;
}

function ofMetric(action: string, data: z.output<typeof MetricAlert>): Omit<Alert, 'source'> {
  const { id, alert_rule: rule, date_started: startsAt, date_closed: closed } = data.metric_alert;
  const isOver = action === 'resolved';
  return {
    status: isOver ? 'resolved' : 'firing',
    fingerprint: `metric-alert:${id}`,
    name: rule.name,
    labels: labelsOf({
      alertname: rule.name,
      service: rule.projects?.[0],
      environment: rule.environment,
      severity: isOver ? null : action,
    }),
    annotations: labelsOf({ summary: data.description_title, description: data.description_text }),
    startsAt,
    endsAt: isOver ? (closed ?? startsAt) : null,
    generatorUrl: data.web_url ?? null,
  };
}

function ofIssueAlert({ event, triggered_rule: rule }: z.output<typeof IssueAlert>): Omit<Alert, 'source'> {
  const tags = labelsOfTags((event.tags ?? []).map(([name, value]) => `${name}:${value ?? ''}`));
  const project = /\/api\/0\/projects\/[^/]+\/([^/]+)\//.exec(event.url ?? '')?.[1];
  return {
    status: 'firing',
    fingerprint: `issue:${event.issue_id}`,
    name: rule,
    labels: {
      ...labelsOf({ service: project, environment: event.environment, severity: event.level }),
      ...tags,
      alertname: rule,
    },
    annotations: labelsOf({ summary: event.title }),
    startsAt: event.datetime,
    endsAt: null,
    generatorUrl: event.web_url ?? null,
  };
}

function ofResolvedIssue({ issue }: z.output<typeof IssueChange>): Omit<Alert, 'source'> {
  const at = issue.lastSeen ?? issue.firstSeen;
  return {
    status: 'resolved',
    fingerprint: `issue:${issue.id}`,
    name: issue.title,
    labels: labelsOf({ alertname: issue.title, service: issue.project?.slug }),
    annotations: labelsOf({ summary: issue.title }),
    startsAt: at,
    endsAt: at,
    generatorUrl: issue.web_url ?? null,
  };
}
