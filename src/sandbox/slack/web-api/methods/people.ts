import { emailOf, wireUser } from '../../workspace/wire.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import { userById } from '../lookups.ts';
import { pageMembers, pageOf } from '../pages.ts';

const DEFAULT_LIMIT = 200;

/** `users.info`. */
export const usersInfo: ApiMethod = {
  name: 'users.info',
  token: 'bot',
  scopes: ['users:read'],
  tier: 'tier4',
  handle: ({ context, args }) => ({ user: wireUser(userById(context, args.text('user'))) }),
};

/** `users.list`. */
export const usersList: ApiMethod = {
  name: 'users.list',
  token: 'bot',
  scopes: ['users:read'],
  tier: 'tier2',
  handle({ context, args }) {
    const members = [...context.workspace.users.values()].map(wireUser);
    return pageMembers('members', pageOf(members, args, DEFAULT_LIMIT));
  },
};

/** `users.lookupByEmail`: the address of a user is the name at example.com. */
export const usersLookupByEmail: ApiMethod = {
  name: 'users.lookupByEmail',
  token: 'bot',
  scopes: ['users:read.email'],
  tier: 'tier3',
  handle({ context, args }) {
    const email = args.required('email').toLowerCase();
    const user = [...context.workspace.users.values()].find((one) => emailOf(one) === email && !one.isBot);
    if (user === undefined) throw new ApiError('users_not_found');
    return { user: wireUser(user) };
  },
};

/** `usergroups.list`. */
export const usergroupsList: ApiMethod = {
  name: 'usergroups.list',
  token: 'bot',
  scopes: ['usergroups:read'],
  tier: 'tier2',
  handle: ({ context, args }) => ({
    usergroups: context.workspace.userGroups.map(({ users, ...group }) => ({
      ...group,
      team_id: context.workspace.team.id,
      is_usergroup: true,
      user_count: users.length,
      ...(args.flag('include_users') ? { users } : {}),
    })),
  }),
};

/** `usergroups.users.list`. */
export const usergroupsUsersList: ApiMethod = {
  name: 'usergroups.users.list',
  token: 'bot',
  scopes: ['usergroups:read'],
  tier: 'tier2',
  handle({ context, args }) {
    const group = context.workspace.userGroups.find(({ id }) => id === args.text('usergroup'));
    if (group === undefined) throw new ApiError('no_such_subteam');
    return { users: group.users };
  },
};

/** `team.info`. */
export const teamInfo: ApiMethod = {
  name: 'team.info',
  token: 'bot',
  scopes: ['team:read'],
  tier: 'tier3',
  handle({ context, args }) {
    const { team } = context.workspace;
    if ((args.text('team') ?? team.id) !== team.id) throw new ApiError('team_not_found');
    return { team: { ...team, url: `${context.baseUrl()}/`, email_domain: '', icon: {} } };
  },
};

/** `bots.info`. */
export const botsInfo: ApiMethod = {
  name: 'bots.info',
  token: 'bot',
  scopes: ['users:read'],
  tier: 'tier3',
  handle({ context, args }) {
    const { bot } = context.workspace;
    if (args.text('bot') !== bot.botId) throw new ApiError('bot_not_found');
    return {
      bot: {
        id: bot.botId,
        deleted: false,
        name: bot.name,
        updated: 0,
        app_id: bot.appId,
        user_id: bot.userId,
        icons: {},
      },
    };
  },
};
