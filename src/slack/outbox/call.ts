import { rateLimitOf, slackErrorCode, whyUnanswered } from '../app/why-unanswered.ts';

/** What became of a call: the outbox acts differently on each. */
export type CallResult<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'limited'; readonly retryAfterMs: number }
  /** No answer, or a server error: Slack may have done it or not. */
  | { readonly status: 'unknown'; readonly error: unknown }
  /** Slack did nothing, and said why. */
  | { readonly status: 'refused'; readonly code: string; readonly error: unknown };

const DEFAULT_RETRY_S = 10;

/** Makes a call and sorts what became of it. Throws nothing. */
export async function call<T>(make: () => Promise<T>): Promise<CallResult<T>> {
  try {
    return { status: 'ok', value: await make() };
  } catch (error) {
    const limit = rateLimitOf(error);
    if (limit !== undefined) return { status: 'limited', retryAfterMs: (limit ?? DEFAULT_RETRY_S) * 1000 };
    const code = slackErrorCode(error);
    return code === null || whyUnanswered(error) !== null
      ? { status: 'unknown', error }
      : { status: 'refused', code, error };
  }
}
