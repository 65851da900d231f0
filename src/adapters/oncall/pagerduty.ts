import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { OnCallPerson } from '../../ports/on-call.ts';
import { below } from './below.ts';
import type { OnCallSource, PagerService, Tools } from './contract.ts';

/** Either schedules, or escalation policies, of which level 1 counts. */
export interface PagerDutyOnCall {
  readonly type: 'pagerduty';
  readonly token: Secret;
  readonly schedules: readonly string[];
  readonly escalationPolicies: readonly string[];
  readonly apiUrl: string;
}

export interface PagerDutyPaging {
  readonly type: 'pagerduty';
  readonly routingKey: Secret;
  readonly eventsUrl: string;
}

/** https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls, with `include[]=users`. */
const OnCalls = z.object({
  oncalls: z.array(
    z.object({
      user: z.object({
        id: z.string(),
        summary: z.string().nullish(),
        name: z.string().nullish(),
        email: z.string().nullish(),
      }),
      escalation_level: z.int(),
      /** Null when the user does not go off-call. */
      end: z.string().nullable(),
    }),
  ),
  more: z.boolean().nullish(),
});
type Entry = z.infer<typeof OnCalls>['oncalls'][number];

const PAGE_SIZE = 100;
const MOST_PAGES = 10;

export function pagerDutyOnCall(config: PagerDutyOnCall, { send }: Tools): OnCallSource {
  const headers = () => ({
    authorization: `Token token=${config.token.reveal()}`,
    accept: 'application/vnd.pagerduty+json;version=2',
  });
  return {
    async now(signal) {
      const entries: Entry[] = [];
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const url = onCallsUrl(config, page * PAGE_SIZE);
        const answer = await send({ method: 'GET', url, headers: headers(), answer: OnCalls }, signal);
        entries.push(...answer.oncalls);
        if (answer.more !== true) break;
      }
      const first = config.schedules.length > 0 ? entries : entries.filter(isFirstLevel);
      return [...Map.groupBy(first, ({ user }) => user.id).values()].map(toPerson);
    },
  };
}

function onCallsUrl(config: PagerDutyOnCall, offset: number): URL {
  const url = below(config.apiUrl, 'oncalls');
  for (const id of config.schedules) url.searchParams.append('schedule_ids[]', id);
  for (const id of config.escalationPolicies) url.searchParams.append('escalation_policy_ids[]', id);
  url.searchParams.append('include[]', 'users');
  url.searchParams.append('limit', String(PAGE_SIZE));
  url.searchParams.append('offset', String(offset));
  return url;
}

function isFirstLevel({ escalation_level }: Entry): boolean {
  return escalation_level === 1;
}

/** One user stands there once for each policy and level that leads to them: the latest end counts. */
function toPerson(entries: readonly Entry[]): OnCallPerson {
  const user = entries[0]?.user;
  const ends = entries.flatMap(({ end }) => (end === null ? [] : [new Date(end)]));
  const latest = ends.length < entries.length ? null : new Date(Math.max(...ends.map(Number)));
  return {
    name: user?.name ?? user?.summary ?? user?.id ?? 'unknown',
    email: user?.email ?? null,
    slackId: null,
    until: latest?.toISOString() ?? null,
  };
}

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const Accepted = z.object({ status: z.literal('success'), dedup_key: z.string().optional() });

/** Pages through the Events API v2: a second trigger with the key of an open alert joins it. */
export function pagerDutyPager(config: PagerDutyPaging, { send }: Tools): PagerService {
  const url = below(config.eventsUrl, 'v2/enqueue');
  const enqueue = (event: object, signal: AbortSignal) =>
    send(
      {
        method: 'POST',
        url,
        body: { routing_key: config.routingKey.reveal(), ...event },
        answer: Accepted,
      },
      signal,
    );
  return {
    async page({ dedupeKey, incidentId, database, summary, link }, signal) {
      const accepted = await enqueue(
        {
          event_action: 'trigger',
          dedup_key: dedupeKey,
          client: 'Firebreak',
          ...(link === null ? {} : { client_url: link, links: [{ href: link, text: 'Answer in Slack' }] }),
          payload: {
            summary: summary.slice(0, 1024),
            severity: 'critical',
            source: database,
            component: database,
            group: incidentId,
            class: 'decision waiting',
          },
        },
        signal,
      );
      return { reference: accepted.dedup_key ?? dedupeKey };
    },
    async acknowledge(dedupeKey, signal) {
      await enqueue({ event_action: 'acknowledge', dedup_key: dedupeKey }, signal);
    },
    async resolve(dedupeKey, signal) {
      await enqueue({ event_action: 'resolve', dedup_key: dedupeKey }, signal);
    },
  };
}
