import { webApi } from '@slack/bolt';

/** What became of a call: the outbox acts differently on each. */
export type CallResult<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'limited'; readonly retryAfterMs: number }
  /** No answer, or a server error: Slack may have done it or not. */
  | { readonly status: 'unknown'; readonly error: unknown }
  /** Slack did nothing, and said why. */
  | { readonly status: 'refused'; readonly code: string; readonly error: unknown };

/** Error codes with which Slack says that it failed itself; what was asked may have happened. */
const SLACK_FAILED = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
const DEFAULT_RETRY_MS = 10_000;

/** Makes a call and sorts what became of it. Throws nothing. */
export async function call<T>(make: () => Promise<T>): Promise<CallResult<T>> {
  try {
    return { status: 'ok', value: await make() };
  } catch (error) {
    if (error instanceof webApi.WebAPIRateLimitedError) {
      return { status: 'limited', retryAfterMs: error.retryAfter * 1000 };
    }
    if (!(error instanceof webApi.WebAPIPlatformError)) return { status: 'unknown', error };
    const code = error.data.error;
    if (code === 'ratelimited' || code === 'rate_limited') {
      return { status: 'limited', retryAfterMs: DEFAULT_RETRY_MS };
    }
    return SLACK_FAILED.has(code) ? { status: 'unknown', error } : { status: 'refused', code, error };
  }
}
