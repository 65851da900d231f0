import { IdSource } from './ids.ts';
import type { CheckedManifest } from './manifest.ts';
import { Workspace } from './workspace/workspace.ts';

/** The people and channels that a sandbox starts with. */
export interface Seed {
  users: readonly { id: string; name: string; realName: string; teamId?: string; isGuest?: boolean }[];
  channels: readonly { id: string; name: string; members: readonly string[]; botIsMember?: boolean }[];
  userGroups?: readonly { id: string; handle: string; name: string; users: readonly string[] }[];
}

const TEAM = { id: 'T0SANDBOX', name: 'Sandbox', domain: 'sandbox' };
const COLORS = ['9f69e7', '4bbe2e', 'e7392d', '3c989f', '674b1b', 'e96699', 'e0a729', '684b6c'];

/** Builds the workspace: the bot, the people, and the channels. Throws when a channel names an unknown user. */
export function seededWorkspace(manifest: CheckedManifest, seed: Seed, now: () => number): Workspace {
  const name = manifest.features.bot_user?.display_name ?? manifest.display_information.name;
  const bot = { userId: 'U0SANDBOXBOT', botId: 'B0SANDBOXBOT', appId: 'A0SANDBOXAPP', name };
  const workspace = new Workspace(TEAM, bot, new IdSource(), now);
  const botUser = { id: bot.userId, name, realName: name, teamId: TEAM.id, color: '2f3136', isBot: true };
  workspace.users.set(bot.userId, botUser);
  for (const [index, user] of seed.users.entries()) {
    const color = COLORS[index % COLORS.length] ?? '9f69e7';
    workspace.users.set(user.id, { ...user, teamId: user.teamId ?? TEAM.id, color, isBot: false });
  }
  for (const { id, name: channelName, members, botIsMember } of seed.channels) {
    const unknown = members.filter((member) => !workspace.users.has(member));
    if (unknown.length > 0) {
      throw new Error(`Channel ${channelName} has unknown members ${unknown.join(', ')}. Add them to users.`);
    }
    const creator = members[0] ?? bot.userId;
    const all = botIsMember === false ? members : [...members, bot.userId];
    workspace.addChannel({ id, name: channelName, kind: 'public', creator }, all);
  }
  for (const group of seed.userGroups ?? []) workspace.userGroups.push({ ...group, users: [...group.users] });
  return workspace;
}
