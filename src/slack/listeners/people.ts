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
  identify(claimed: Claimed): Promise<Identified>;
  /** Somebody whom another person picked: the person, or a sentence why this one cannot respond. */
  lookUp(id: string): Promise<Identified>;
}

/** Somebody of this workspace, or why not. */
export type Identified =
  | { readonly status: 'person'; readonly person: Person }
  | { readonly status: 'stranger'; readonly message: string };

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
      return person(claimed.id, nameIn(profile) ?? claimed.name ?? claimed.id);
    },

    async lookUp(id) {
      const profile = await profileOf(id);
      if (profile === null) {
        return stranger('Slack did not say who that is. Nothing was changed: try again in a moment.');
      }
      const name = nameIn(profile) ?? id;
      if (profile.is_bot === true) return stranger(`${name} is an app. Choose a person.`);
      if (profile.deleted === true) return stranger(`${name} is deactivated. Choose somebody else.`);
      if (profile.team_id !== teamId || profile.is_stranger === true) {
        return stranger(`${name} belongs to another workspace. Choose somebody of this one.`);
      }
      if (profile.is_restricted === true) return stranger(`${name} is a guest. Choose a full member.`);
      return person(id, name);
    },
  };
}

function person(id: string, name: string): Identified {
  return { status: 'person', person: { kind: 'person', id, name, via: 'slack' } };
}

function nameIn(profile: Profile | null): string | null {
  return profile?.real_name || profile?.name || null;
}

function stranger(message: string): Identified {
  return { status: 'stranger', message };
}
