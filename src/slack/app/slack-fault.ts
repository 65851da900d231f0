import { webApi } from '@slack/bolt';
import { FirebreakError } from '../../domain/errors.ts';
import { rateLimitOf, slackErrorCode, whyUnanswered } from './why-unanswered.ts';

const BAD_TOKEN = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
]);
const BAD_CHANNEL = new Set(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action']);

/** Translates an error of the SDK into ours, with what to do next. `token` is the one that the call used. */
export function slackFault(error: unknown, method: string, token: 'bot' | 'app' = 'bot'): FirebreakError {
  if (error instanceof FirebreakError) return error;
  const why = rateLimitOf(error) === undefined ? whyUnanswered(error) : 'too many calls';
  if (why !== null) return unreachable(error, method, why);
  const code = slackErrorCode(error) ?? 'unknown';
  if (BAD_TOKEN.has(code)) return badToken(code, token, error);
  if (code === 'missing_scope')
    return missingScopes(token === 'app' ? ['connections:write'] : neededBy(error));
  if (BAD_CHANNEL.has(code)) return badChannel(code, error);
  if (code === 'link_disabled') return socketModeOff(error);
  return new FirebreakError('internal', `Slack refused ${method} with "${code}".`, {
    hint: 'Look the code up in the documentation of the method, and report it.',
    cause: error,
  });
}

function unreachable(error: unknown, method: string, why: string): FirebreakError {
  return new FirebreakError('slack-unreachable', `Slack did not answer ${method} (${why}).`, {
    hint: 'Check the network, a proxy and status.slack.com. Firebreak goes on by itself when Slack answers.',
    retryable: true,
    cause: error,
  });
}

/** Socket Mode was switched off for the app. */
export function socketModeOff(cause?: unknown): FirebreakError {
  return new FirebreakError('slack-socket-mode', 'Socket Mode is switched off for the Slack app.', {
    hint: 'Switch it on under "Socket Mode" of the Slack app, or use http mode.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function badToken(code: string, token: 'bot' | 'app', cause: unknown): FirebreakError {
  const hint =
    token === 'bot'
      ? 'Copy the Bot User OAuth Token (xoxb-…) from "OAuth & Permissions" of the Slack app, after installing it.'
      : 'Make an App-Level Token (xapp-…) with the scope connections:write under "Basic Information" of the Slack app.';
  return new FirebreakError('slack-token', `Slack refused the ${token} token with "${code}".`, {
    hint,
    cause,
  });
}

/** The Slack app lacks scopes. */
export function missingScopes(scopes: readonly string[]): FirebreakError {
  const names = scopes.length === 0 ? 'a scope' : scopes.join(', ');
  return new FirebreakError('slack-scope', `The Slack app lacks ${names}.`, {
    hint: 'Paste manifest.yml into "App Manifest" of the Slack app and reinstall the app to the workspace.',
  });
}

/** Slack names the missing scopes in the member `needed` of its answer. */
function neededBy(error: unknown): string[] {
  const data: object = error instanceof webApi.WebAPIPlatformError ? error.data : {};
  return 'needed' in data && typeof data.needed === 'string' ? data.needed.split(',') : [];
}

/** A channel cannot be used. */
export function badChannel(code: string, cause?: unknown): FirebreakError {
  const hints: Record<string, string> = {
    not_in_channel: 'Type "/invite @firebreak" in the channel.',
    is_archived: 'Unarchive the channel, or configure another one.',
    channel_not_found:
      'Configure the id of the channel (C…, under "About" of the channel), and invite Firebreak when it is private.',
  };
  return new FirebreakError('slack-channel', `Slack refused the channel with "${code}".`, {
    hint: hints[code] ?? 'Allow Firebreak to post in the channel, or configure another one.',
    ...(cause === undefined ? {} : { cause }),
  });
}
