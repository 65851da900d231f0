import type { webApi } from '@slack/bolt';
import { botScopes } from '../manifest.ts';
import { badChannel, missingScopes, slackFault } from './slack-fault.ts';

/** Who Firebreak is in this Slack. */
export interface Identity {
  readonly teamId: string;
  readonly teamName: string;
  readonly botId: string;
  readonly botUserId: string;
  /** The address of this Slack, such as `https://acme.slack.com/`; null when Slack does not tell. */
  readonly url: string | null;
}

/** Checks the bot token, its scopes and the channel. Throws what the operator can do next. */
export async function preflight(client: webApi.WebClient, channel: string): Promise<Identity> {
  const { identity, scopes } = await authTest(client);
  const required = botScopes
    .filter(({ channels, optional }) => channels === null && optional !== true)
    .map(({ scope }) => scope);
  requireScopes(scopes, required);
  const kind = await checkChannel(client, channel);
  requireScopes(
    scopes,
    botScopes.filter(({ channels }) => channels === kind).map(({ scope }) => scope),
  );
  return identity;
}

async function authTest(
  client: webApi.WebClient,
): Promise<{ identity: Identity; scopes: readonly string[] | null }> {
  try {
    const {
      team_id = '',
      team = '',
      bot_id = '',
      user_id = '',
      url,
      response_metadata,
    } = await client.auth.test();
    const identity = { teamId: team_id, teamName: team, botId: bot_id, botUserId: user_id, url: url ?? null };
    return { identity, scopes: response_metadata?.scopes ?? null };
  } catch (error) {
    throw slackFault(error, 'auth.test');
  }
}

/** Slack names the granted scopes in the header X-OAuth-Scopes; without it the calls themselves will tell. */
function requireScopes(granted: readonly string[] | null, required: readonly string[]): void {
  if (granted === null) return;
  const missing = required.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) throw missingScopes(missing);
}

async function checkChannel(client: webApi.WebClient, channel: string): Promise<'public' | 'private'> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found?.is_archived === true) throw badChannel('is_archived');
    if (found?.is_member !== true) throw badChannel('not_in_channel');
    return found.is_private === true ? 'private' : 'public';
  } catch (error) {
    throw slackFault(error, 'conversations.info');
  }
}
