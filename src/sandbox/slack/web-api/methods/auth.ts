import { randomHex } from '../../ids.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';

/** `auth.test`: who the token belongs to. */
export const authTest: ApiMethod = {
  name: 'auth.test',
  token: 'either',
  scopes: [],
  tier: 'generous',
  handle({ context, token }) {
    const { team, bot } = context.workspace;
    if (token === 'app') return { app_id: bot.appId, app_name: bot.name };
    return {
      url: `${context.baseUrl()}/`,
      team: team.name,
      user: bot.name,
      team_id: team.id,
      user_id: bot.userId,
      bot_id: bot.botId,
      is_enterprise_install: false,
    };
  },
};

/** `apps.connections.open`: a single-use address for Socket Mode. */
export const appsConnectionsOpen: ApiMethod = {
  name: 'apps.connections.open',
  token: 'app',
  scopes: [],
  tier: 'tier3',
  handle({ context }) {
    if (!context.manifest.settings.socket_mode_enabled) throw new ApiError('link_disabled');
    const ticket = randomHex(16);
    context.tickets.add(ticket);
    const base = context.baseUrl().replace(/^http/, 'ws');
    return { url: `${base}/link/?ticket=${ticket}&app_id=${context.workspace.bot.appId}` };
  },
};

/** `apps.manifest.export`: the manifest of the app, for a configuration token. */
export const appsManifestExport: ApiMethod = {
  name: 'apps.manifest.export',
  token: 'config',
  scopes: [],
  tier: 'tier3',
  handle({ context, args }) {
    if (args.text('app_id') !== context.workspace.bot.appId) throw new ApiError('app_not_found');
    return { manifest: context.manifest };
  },
};
