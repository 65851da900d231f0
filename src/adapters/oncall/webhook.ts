import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { OnCallSource, PagerService, Tools } from './contract.ts';
import { signed } from './signed.ts';

/** A service of one's own; what it is sent and what it answers is in docs/people.md. */
export interface Webhook {
  readonly type: 'webhook';
  readonly url: string;
  /** Signs every request. */
  readonly hmac: Secret;
}

const People = z.object({
  people: z.array(
    z.object({
      name: z.string().min(1),
      email: z.string().nullish(),
      slackId: z
        .string()
        .regex(/^[UW][A-Z0-9]{2,}$/)
        .nullish(),
      until: z.iso.datetime({ offset: true }).nullish(),
    }),
  ),
});

export function webhookOnCall(config: Webhook, { send, clock }: Tools): OnCallSource {
  return {
    async now(signal) {
      const { body, headers } = signed({ type: 'on-call' }, config.hmac, clock.now());
      const { people } = await send(
        { method: 'POST', url: config.url, headers, body, answer: People },
        signal,
      );
      return people.map(({ name, email, slackId, until }) => ({
        name,
        email: email ?? null,
        slackId: slackId ?? null,
        until: until ?? null,
      }));
    },
  };
}

const Taken = z.object({ reference: z.string().min(1).optional() });

export function webhookPager(config: Webhook, { send, clock }: Tools): PagerService {
  const post = (content: object, signal: AbortSignal) => {
    const { body, headers } = signed(content, config.hmac, clock.now());
    return send({ method: 'POST', url: config.url, headers, body, answer: Taken }, signal);
  };
  return {
    async page({ dedupeKey, incidentId, database, summary, link }, signal) {
      const page = { type: 'page', dedupeKey, incident: incidentId, database, summary, link };
      const { reference } = await post(page, signal);
      return { reference: reference ?? dedupeKey };
    },
    async acknowledge(dedupeKey, signal) {
      await post({ type: 'acknowledge', dedupeKey }, signal);
    },
    async resolve(dedupeKey, signal) {
      await post({ type: 'resolve', dedupeKey }, signal);
    },
  };
}
