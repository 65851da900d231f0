import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { OnCallPerson } from '../../ports/on-call.ts';
import { below } from './below.ts';
import type { OnCallSource, PagerService, Tools } from './contract.ts';

/** Jira Service Management Operations, which follows Opsgenie. */
export interface JsmOnCall {
  readonly type: 'jsm';
  readonly cloudId: string;
  readonly schedule: string;
  /** Account of the API token. */
  readonly email: string;
  readonly apiToken: Secret;
  readonly apiUrl: string;
}

export interface JsmPaging {
  readonly type: 'jsm';
  /** Key of an integration of the type API. */
  readonly apiKey: Secret;
  readonly priority: 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
  readonly apiUrl: string;
}

interface Participant {
  readonly id: string;
  readonly type: string;
  readonly onCallParticipants?: readonly Participant[] | undefined;
}
const Participant: z.ZodType<Participant> = z.object({
  id: z.string(),
  type: z.string(),
  get onCallParticipants() {
    return z.array(Participant).optional();
  },
});

/** https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/, flat or not. */
const OnCalls = z.union([
  z.object({ onCallUsers: z.array(z.string()) }),
  z.object({ onCallParticipants: z.array(Participant) }),
]);

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/; the e-mail only where its owner shows it. */
const User = z.object({
  accountId: z.string(),
  displayName: z.string(),
  emailAddress: z.string().nullish(),
});

export function jsmOnCall(config: JsmOnCall, { send }: Tools): OnCallSource {
  const headers = () => {
    const plain = `${config.email}:${config.apiToken.reveal()}`;
    return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
  };
  const cloud = encodeURIComponent(config.cloudId);
  const address = (path: string) => below(config.apiUrl, path);

  async function person(accountId: string, signal: AbortSignal): Promise<OnCallPerson> {
    const url = address(`ex/jira/${cloud}/rest/api/3/user`);
    url.searchParams.set('accountId', accountId);
    const user = await send({ method: 'GET', url, headers: headers(), answer: User }, signal);
    return { name: user.displayName, email: user.emailAddress ?? null, slackId: null, until: null };
  }

  return {
    async now(signal) {
      const url = address(
        `jsm/ops/api/${cloud}/v1/schedules/${encodeURIComponent(config.schedule)}/on-calls`,
      );
      url.searchParams.set('flat', 'true');
      const answer = await send({ method: 'GET', url, headers: headers(), answer: OnCalls }, signal);
      const ids = 'onCallUsers' in answer ? answer.onCallUsers : usersOf(answer.onCallParticipants);
      return await Promise.all([...new Set(ids)].map((id) => person(id, signal)));
    },
  };
}

/** Teams and escalations count by the users in them. */
function usersOf(participants: readonly Participant[]): string[] {
  return participants.flatMap(({ id, type, onCallParticipants = [] }) => [
    ...(type === 'user' ? [id] : []),
    ...usersOf(onCallParticipants),
  ]);
}

/** The answer of every alert request: taken, and carried out a moment later. */
const Accepted = z.object({ result: z.string(), requestId: z.string() });
const LONGEST_MESSAGE = 130;

/** Pages through an API integration: an alert of the same alias that is open is counted up, not opened twice. */
export function jsmPager(config: JsmPaging, { send }: Tools): PagerService {
  const headers = () => ({ authorization: `GenieKey ${config.apiKey.reveal()}` });
  const alerts = below(config.apiUrl, 'jsm/ops/integration/v2/alerts');
  const post = (url: URL, body: object, signal: AbortSignal) =>
    send({ method: 'POST', url, headers: headers(), body, answer: Accepted }, signal);
  const change = async (dedupeKey: string, what: 'acknowledge' | 'close', signal: AbortSignal) => {
    const url = new URL(`${alerts.href}/${encodeURIComponent(dedupeKey)}/${what}`);
    url.searchParams.set('identifierType', 'alias');
    await post(url, { source: 'Firebreak' }, signal);
  };
  return {
    async page({ dedupeKey, incidentId, database, summary, link }, signal) {
      const accepted = await post(
        alerts,
        {
          message: summary.slice(0, LONGEST_MESSAGE),
          alias: dedupeKey,
          description: link === null ? summary : `${summary}\n\nAnswer in Slack: ${link}`,
          priority: config.priority,
          source: 'Firebreak',
          entity: database,
          details: { incident: incidentId, ...(link === null ? {} : { link }) },
        },
        signal,
      );
      return { reference: accepted.requestId };
    },
    acknowledge: (dedupeKey, signal) => change(dedupeKey, 'acknowledge', signal),
    resolve: (dedupeKey, signal) => change(dedupeKey, 'close', signal),
  };
}
