import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Person } from '../../domain/actor.ts';
import type { Clock } from '../../ports/clock.ts';
import { withTimeout } from '../app/with-timeout.ts';
import type { SlackLogger } from '../bot.ts';

/** Who clicked or typed, as Slack's signed payload says. */
export interface Claimed {
  readonly id: string;
  readonly teamId: string | null;
  readonly name: string | null;
}

/** Tells people of this workspace from bots and strangers. */
export interface People {
  /** The person, or a sentence why this one may not act. */
  identify(
    claimed: Claimed,
  ): Promise<{ status: 'person'; person: Person } | { status: 'stranger'; message: string }>;
}

const Profile = z.object({
  team_id: z.string().optional(),
  is_bot: z.boolean().optional(),
  deleted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  /** A guest of this workspace; `is_ultra_restricted` is one of a single channel and always comes with it. */
  is_restricted: z.boolean().optional(),
  name: z.string().optional(),
  real_name: z.string().optional(),
});
type Profile = z.infer<typeof Profile>;

/** How long a profile is believed, in milliseconds. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds that a decision waits for a profile: Slack gives 3 s for the whole of a click. */
const PROFILE_MS = 1_500;

/** Identifies people of one workspace by their Slack profile. */
export function createPeople(
  client: webApi.WebClient,
  teamId: string,
  clock: Clock,
  logger: SlackLogger,
): People {
  const cache = new Map<string, { profile: Profile; until: number }>();

  async function profileOf(id: string): Promise<Profile | null> {
    const now = clock.now().getTime();
    const cached = cache.get(id);
    if (cached !== undefined && cached.until > now) return cached.profile;
    try {
      const asked = client.users.info({ user: id });
      const { user } = await withTimeout(asked, PROFILE_MS, () => new Error('no answer in time'));
      const profile = Profile.parse(user);
      cache.set(id, { profile, until: now + FRESH_MS });
      return profile;
    } catch (error) {
      logger.warn({ err: error, user: id }, 'A Slack profile could not be read');
      return null;
    }
  }

  return {
    async identify(claimed) {
      // Without a profile the signed payload alone decides: it is never less strict than the profile on teams.
      const profile = await profileOf(claimed.id);
      const team = profile?.team_id ?? claimed.teamId;
      const foreign = team !== teamId || (claimed.teamId !== null && claimed.teamId !== teamId);
      if (foreign || profile?.is_stranger === true) {
        return stranger('People of another workspace cannot decide here. Ask somebody of this workspace.');
      }
      if (profile?.is_restricted === true) {
        return stranger('Guests cannot decide here. Ask a full member of this workspace.');
      }
      if (profile?.is_bot === true || profile?.deleted === true) {
        return stranger('Only people can decide here.');
      }
      const name = profile?.real_name || profile?.name || claimed.name || claimed.id;
      return { status: 'person', person: { kind: 'person', id: claimed.id, name, via: 'slack' } };
    },
  };
}

function stranger(message: string): { status: 'stranger'; message: string } {
  return { status: 'stranger', message };
}
