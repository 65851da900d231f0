import type { webApi } from '@slack/bolt';
import type { Clock } from '../../ports/clock.ts';
import { slackErrorCode } from '../app/why-unanswered.ts';

/** How long it is believed in milliseconds who has an address. */
const FRESH_MS = 5 * 60_000;

/** Knows people of the workspace by their e-mail address. */
export interface Addresses {
  /** The Slack user id; null when nobody has the address. Throws what Slack says otherwise. */
  idOf(email: string): Promise<string | null>;
}

export function createAddresses(client: webApi.WebClient, clock: Clock): Addresses {
  const known = new Map<string, { id: string; until: number }>();
  return {
    async idOf(email) {
      const now = clock.now().getTime();
      const cached = known.get(email);
      if (cached !== undefined && cached.until > now) return cached.id;
      try {
        const { user } = await client.users.lookupByEmail({ email });
        if (user?.id === undefined || user.deleted === true) return null;
        known.set(email, { id: user.id, until: now + FRESH_MS });
        return user.id;
      } catch (error) {
        if (slackErrorCode(error) === 'users_not_found') return null;
        throw error;
      }
    },
  };
}
