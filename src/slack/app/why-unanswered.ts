import { webApi } from '@slack/bolt';

/** Error codes with which Slack says that it failed itself; what was asked may have happened. */
const SLACK_FAILED: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);
const RATE_LIMITED: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited']);

/** The error code of Slack, such as `invalid_auth`, or null when Slack did not answer with one. */
export function slackErrorCode(error: unknown): string | null {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
}

/** Seconds that Slack wants to be left alone, null when it said no number; undefined when it did not limit the call. */
export function rateLimitOf(error: unknown): number | null | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) return error.retryAfter;
  return RATE_LIMITED.has(slackErrorCode(error) ?? '') ? null : undefined;
}

/**
 * Why it is not known what became of a call, in a few words such as `ECONNREFUSED`; null when Slack did answer. A time
 * limit, a broken connection and a server error all leave open whether Slack did what was asked.
 */
export function whyUnanswered(error: unknown): string | null {
  if (rateLimitOf(error) !== undefined) return null;
  if (error instanceof webApi.WebAPIHTTPError) return `HTTP ${error.statusCode}`;
  const code = slackErrorCode(error);
  if (code !== null) return SLACK_FAILED.has(code) ? code : null;
  const original = error instanceof webApi.WebAPIRequestError ? error.original : error;
  if (!(original instanceof Error)) return String(original);
  if (original.name === 'TimeoutError') return 'no answer in time';
  const cause = original.cause;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error && cause.message !== '' ? cause.message : original.message;
}

/** Codes with which no connection was made, so that Slack cannot have got anything. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What an unanswered call leaves open: Slack `cannot` have got it, its work on it is `over`, or it may still be at it. */
export function reachOf(error: unknown): 'cannot' | 'over' | 'maybe' {
  const why = whyUnanswered(error);
  if (why !== null && NOT_CONNECTED.has(why)) return 'cannot';
  return error instanceof webApi.WebAPIRequestError ? 'maybe' : 'over';
}

/** Where in a message Slack found what it refuses: JSON pointers such as `/blocks/2/text`, without anything of the content. */
export function refusedPlaces(error: unknown): string[] {
  if (!(error instanceof webApi.WebAPIPlatformError)) return [];
  const messages = error.data.response_metadata?.messages ?? [];
  return messages.flatMap((message) => /\[json-pointer:(\/[\w/]*)\]/.exec(message)?.[1] ?? []);
}
