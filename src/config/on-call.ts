import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import { SecretRef } from '../domain/secret-ref.ts';
import { namedOnce } from './named-once.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
  .describe('How people and other parts of the configuration call it.');
const id = z.string().min(1);

const PagerDutySource = z
  .strictObject({
    name,
    type: z.literal('pagerduty'),
    token: SecretRef.describe('REST API key that may read on-calls and users.'),
    schedules: z.array(id).default([]).describe('Ids of schedules, such as PI7DH85.'),
    escalationPolicies: z.array(id).default([]).describe('Ids of escalation policies; level 1 counts.'),
    apiUrl: z.url().default('https://api.pagerduty.com').describe('https://api.eu.pagerduty.com in the EU.'),
  })
  .refine(({ schedules, escalationPolicies }) => schedules.length > 0 !== escalationPolicies.length > 0, {
    error: 'needs either schedules or escalationPolicies',
  });

const JsmSource = z.strictObject({
  name,
  type: z.literal('jsm'),
  cloudId: id.describe('Of the site: https://<site>.atlassian.net/_edge/tenant_info shows it.'),
  schedule: id.describe('Id of the schedule.'),
  email: z.email().describe('Account of the API token.'),
  apiToken: SecretRef,
  apiUrl: z.url().default('https://api.atlassian.com'),
});

const GrafanaSource = z.strictObject({
  name,
  type: z.literal('grafana'),
  url: z.url().describe('Of the OnCall API, as the settings of OnCall or IRM show it.'),
  stackUrl: z
    .url()
    .nullable()
    .default(null)
    .describe('For Grafana Cloud: https://<stack>.grafana.net; the token is a service account token then.'),
  schedule: id.describe('Id of the schedule.'),
  token: SecretRef,
});

const WebhookService = z.strictObject({
  name,
  type: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/ }),
  hmac: SecretRef.describe('Key that signs every request, as "X-Firebreak-Signature: t=…,v1=…".'),
});

const FileSource = z.strictObject({
  name,
  type: z.literal('file'),
  path: id.describe('YAML or JSON, read anew each time.'),
});

const PagerDutyPager = z.strictObject({
  name,
  type: z.literal('pagerduty'),
  routingKey: SecretRef.describe('Integration key of an Events API v2 integration.'),
  eventsUrl: z
    .url()
    .default('https://events.pagerduty.com')
    .describe('https://events.eu.pagerduty.com in the EU.'),
});

const JsmPager = z.strictObject({
  name,
  type: z.literal('jsm'),
  apiKey: SecretRef.describe('Key of an integration of the type API.'),
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).default('P1'),
  apiUrl: z.url().default('https://api.atlassian.com'),
});

const GrafanaPager = z.strictObject({
  name,
  type: z.literal('grafana'),
  webhookUrl: SecretRef.describe('Address of an integration of the type Formatted Webhook.'),
});

/** Where to ask who is on call. */
export const OnCallSources = z
  .array(
    z.discriminatedUnion('type', [PagerDutySource, JsmSource, GrafanaSource, WebhookService, FileSource]),
  )
  .superRefine(namedOnce)
  .default([]);

/** How somebody is woken up. */
export const Paging = z
  .array(z.discriminatedUnion('type', [PagerDutyPager, JsmPager, GrafanaPager, WebhookService]))
  .superRefine(namedOnce)
  .default([]);

type ResolveSecret = (ref: SecretRef, use: string) => Secret;

export type OnCallEntry = ReturnType<typeof resolveOnCall>;
export type PagingEntry = ReturnType<typeof resolvePaging>;

/** The same source with its secrets. Throws `missing-secret`. */
export function resolveOnCall(source: z.infer<typeof OnCallSources>[number], secret: ResolveSecret) {
  const use = `on-call source ${source.name}`;
  switch (source.type) {
    case 'pagerduty':
    case 'grafana':
      return { ...source, token: secret(source.token, use) };
    case 'jsm':
      return { ...source, apiToken: secret(source.apiToken, use) };
    case 'webhook':
      return { ...source, hmac: secret(source.hmac, use) };
    case 'file':
      return source;
  }
}

/** The same pager with its secrets. Throws `missing-secret`. */
export function resolvePaging(pager: z.infer<typeof Paging>[number], secret: ResolveSecret) {
  const use = `pager ${pager.name}`;
  switch (pager.type) {
    case 'pagerduty':
      return { ...pager, routingKey: secret(pager.routingKey, use) };
    case 'jsm':
      return { ...pager, apiKey: secret(pager.apiKey, use) };
    case 'grafana':
      return { ...pager, webhookUrl: secret(pager.webhookUrl, use) };
    case 'webhook':
      return { ...pager, hmac: secret(pager.hmac, use) };
  }
}
