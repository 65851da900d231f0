import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { OnCallPerson } from '../../ports/on-call.ts';
import { below } from './below.ts';
import type { OnCallSource, PagerService, Tools } from './contract.ts';

/** Grafana IRM in the cloud, or Grafana OnCall of one's own. */
export interface GrafanaOnCall {
  readonly type: 'grafana';
  /** The OnCall API, such as https://oncall-prod-us-central-0.grafana.net/oncall. */
  readonly url: string;
  /** The stack, for Grafana Cloud; null for an OnCall of one's own. */
  readonly stackUrl: string | null;
  readonly schedule: string;
  readonly token: Secret;
}

export interface GrafanaPaging {
  readonly type: 'grafana';
  /** Address of an integration of the type Formatted Webhook; whoever knows it can page. */
  readonly webhookUrl: Secret;
}

/** https://grafana.com/docs/oncall/latest/oncall-api-reference/schedules/ */
const Schedule = z.object({ on_call_now: z.array(z.string()) });

const SlackUser = z.object({ user_id: z.string() });
/** https://grafana.com/docs/oncall/latest/oncall-api-reference/users/; `slack` is a list there and one object in answers. */
const User = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string().nullish(),
  slack: z.union([SlackUser, z.array(SlackUser)]).nullish(),
});

/** The schedule after overrides, day by day: only it knows until when. */
const Shifts = z.object({
  results: z.array(z.object({ user_pk: z.string(), shift_start: z.string(), shift_end: z.string() })),
});

export function grafanaOnCall(config: GrafanaOnCall, { send, clock }: Tools): OnCallSource {
  const headers = (): Record<string, string> => {
    const token = config.token.reveal();
    if (config.stackUrl === null) return { authorization: token };
    return { authorization: `Bearer ${token}`, 'x-grafana-url': config.stackUrl };
  };
  const get = <T>(path: string, answer: z.ZodType<T>, signal: AbortSignal) =>
    send({ method: 'GET', url: below(config.url, `api/v1/${path}`), headers: headers(), answer }, signal);
  const schedule = `schedules/${encodeURIComponent(config.schedule)}`;

  return {
    async now(signal) {
      const now = clock.now();
      const days = `start_date=${day(now, -1)}&end_date=${day(now, 1)}`;
      const [{ on_call_now: ids }, shifts] = await Promise.all([
        get(`${schedule}/`, Schedule, signal),
        get(`${schedule}/final_shifts?${days}`, Shifts, signal),
      ]);
      const users = await Promise.all(
        [...new Set(ids)].map((id) => get(`users/${encodeURIComponent(id)}/`, User, signal)),
      );
      return users.map((user) => toPerson(user, endOf(shifts.results, user.id, now)));
    },
  };
}

function toPerson({ username, email, slack }: z.infer<typeof User>, until: string | null): OnCallPerson {
  const [first] = Array.isArray(slack) ? slack : [slack];
  return { name: username, email: email || null, slackId: first?.user_id ?? null, until };
}

function endOf(shifts: z.infer<typeof Shifts>['results'], user: string, now: Date): string | null {
  const ends = shifts
    .filter(({ user_pk }) => user_pk === user)
    .filter(({ shift_start, shift_end }) => new Date(shift_start) <= now && now < new Date(shift_end))
    .map(({ shift_end }) => Date.parse(shift_end));
  return ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString();
}

function day(now: Date, more: number): string {
  return new Date(now.getTime() + more * 86_400_000).toISOString().slice(0, 10);
}

/**
 * Pages through a Formatted Webhook, because it groups by `alert_uid`: the API for direct paging has no key that makes a
 * repeated call one page. https://grafana.com/docs/oncall/latest/configure/integrations/references/webhook/
 */
export function grafanaPager(config: GrafanaPaging, { send }: Tools): PagerService {
  const post = async (body: object, signal: AbortSignal) => {
    await send({ method: 'POST', url: config.webhookUrl.reveal(), body, answer: null }, signal);
  };
  return {
    async page({ dedupeKey, summary, link }, signal) {
      const more = link === null ? {} : { link_to_upstream_details: link };
      await post(
        { alert_uid: dedupeKey, title: summary, state: 'alerting', message: summary, ...more },
        signal,
      );
      return { reference: dedupeKey };
    },
    acknowledge: null,
    resolve: (dedupeKey, signal) => post({ alert_uid: dedupeKey, title: 'Answered', state: 'ok' }, signal),
  };
}
