import type { SlackAccess } from '../../../domain/access.ts';
import { type BotScope, botScopes } from '../../../slack/manifest.ts';
import { defineCheck, ok, type Verdict } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'scopes',
  kind: 'slack',
  title: 'Scopes of the app',
  purpose: 'Call the methods of the Web API that Firebreak uses, and no others.',
  without: 'The call is refused when it is needed.',
  check(access) {
    const { scopes } = access;
    if (scopes === null) return { status: 'unknown', found: 'Slack does not name them' };
    const kinds = kindsOf(access);
    const ours = botScopes.filter(({ channels }) => channels === null || kinds.has(channels));
    const lacking = ours.filter(({ scope }) => !scopes.includes(scope));
    if (lacking.length === 0) return ok(`all ${ours.length} that are used`);
    const needed = lacking.filter((scope) => isNeeded(scope, access));
    const optional = lacking.filter((scope) => !isNeeded(scope, access));
    return [
      ...(needed.length === 0 ? [] : [lack('missing', needed)]),
      ...(optional.length === 0 ? [] : [lack('advice', optional)]),
    ];
  },
});

/** Of the channels in use. */
function kindsOf({ channel, routedChannels }: SlackAccess): ReadonlySet<'public' | 'private'> {
  return new Set([channel, ...routedChannels].map((one) => (one.private ? 'private' : 'public')));
}

/** What is optional in general is needed where the configuration relies on it. */
function isNeeded({ scope, optional }: BotScope, { uses }: SlackAccess): boolean {
  if (scope === 'usergroups:read') return uses.userGroups;
  if (scope === 'users:read.email') return uses.addresses;
  return optional !== true;
}

function lack(status: 'missing' | 'advice', lacking: readonly BotScope[]): Verdict {
  const names = lacking.map(({ scope }) => scope);
  return {
    status,
    found: `Not granted: ${names.join(', ')}.`,
    without: lacking.map(({ scope, reason }) => `${scope}: ${reason}`).join(' '),
    remedy: textRemedy(
      'Add the lines under "App Manifest" of the app (api.slack.com/apps), save, and press "Reinstall to Workspace" under "Install App". The bot token stays the same.',
      'in the manifest, under oauth_config',
      ['scopes:', '  bot:', ...names.map((name) => `    - ${name}`)].join('\n'),
    ),
  };
}
