import { isFirebreakError } from '../../domain/errors.ts';
import { rateLimitOf, slackErrorCode, whyUnanswered } from '../app/why-unanswered.ts';

/** What Slack's codes mean for whoever reads a list (docs.slack.dev/reference/methods/usergroups.users.list). */
const WORDS: Readonly<Record<string, string>> = {
  plan_upgrade_required: 'user groups need a paid plan of Slack: list people by their ids',
  missing_scope: 'the Slack app lacks a scope: install it again with usergroups:read and users:read.email',
  no_such_subteam: 'there is no such user group',
  subteam_not_found: 'there is no such user group',
};

/** Why the people behind an entry could not be read, in a few words for a sentence. */
export function whyUnreadable(error: unknown): string {
  if (isFirebreakError(error)) return error.message.replace(/\.$/, '');
  const limit = rateLimitOf(error);
  if (limit !== undefined) return `Slack takes no more questions for ${limit ?? 60} s`;
  const why = whyUnanswered(error);
  if (why !== null) return `no answer: ${why}`;
  const code = slackErrorCode(error) ?? 'unknown';
  return WORDS[code] ?? `Slack says ${code}`;
}
