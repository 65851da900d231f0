import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/** How a delivery ended: `refused` is an answer that a retry cannot change, such as a wrong token. */
export type Delivery =
  | { readonly status: 'accepted' }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * POSTs `body` as JSON with a bearer token. Like Alertmanager it tries again on network errors and 5xx answers, until
 * `signal` is aborted, and gives up at once on any other answer that is not 2xx.
 */
export async function deliver(
  target: { url: string; token: string },
  body: unknown,
  options: { signal: AbortSignal; onRetry?: ((reason: string) => void) | undefined },
): Promise<Delivery> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
    const answer = await post(target, body, options.signal);
    if (answer.status !== 'failed') return answer;
    options.onRetry?.(answer.reason);
    await delay(waitMs, undefined, { signal: options.signal });
  }
}

async function post(
  target: { url: string; token: string },
  body: unknown,
  signal: AbortSignal,
): Promise<Delivery | { status: 'failed'; reason: string }> {
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${target.token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const reason = `HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`;
    if (response.ok) return { status: 'accepted' };
    return response.status >= 500 ? { status: 'failed', reason } : { status: 'refused', reason };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 'failed', reason: error instanceof Error ? describe(error) : String(error) };
  }
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
