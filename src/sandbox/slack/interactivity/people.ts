import type { SandboxContext } from '../context.ts';
import type { JsonObject } from '../json.ts';
import type { Channel, User } from '../workspace/model.ts';

/** The verification token that old payloads still carry; it proves nothing. */
const LEGACY_TOKEN = 'sandbox-verification-token';

/** The user of an interaction payload. */
function payloadUser(user: User): JsonObject {
  return { id: user.id, username: user.name, name: user.name, team_id: user.teamId };
}

/** The channel of an interaction payload. */
export function payloadChannel(channel: Channel): JsonObject {
  return { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name };
}

/** The members that every interaction payload has. */
export function payloadBase({ workspace }: SandboxContext, user: User): JsonObject {
  const { team, bot } = workspace;
  return {
    user: payloadUser(user),
    team: { id: team.id, domain: team.domain },
    api_app_id: bot.appId,
    token: LEGACY_TOKEN,
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The form fields of a slash command. Source: docs.slack.dev/interactivity/implementing-slash-commands. */
export function commandPayload(
  context: SandboxContext,
  user: User,
  channel: Channel,
  command: string,
  text: string,
): JsonObject {
  const { team, bot } = context.workspace;
  return {
    token: LEGACY_TOKEN,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.kind === 'im' ? 'directmessage' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: bot.appId,
    is_enterprise_install: 'false',
    response_url: context.responseUrls.issue({ userId: user.id, channelId: channel.id }),
    trigger_id: context.triggers.issue({ userId: user.id }),
  };
}
