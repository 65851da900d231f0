import { FirebreakError } from '../../domain/errors.ts';
import type { Fetch } from '../../ports/http.ts';
import { Answer } from './answer.ts';

/** Where one query goes; times in milliseconds. */
export interface QueryRequest {
  readonly database: string;
  readonly url: string;
  /** What is asked for, in words, such as `CPU query`. */
  readonly what: string;
  /** Where the query stands in the configuration. */
  readonly setting: string;
  readonly query: string;
  readonly bearerToken: { reveal(): string } | null;
  readonly timeoutMs: number;
  /** The moment that is asked about, ISO 8601; now unless told. */
  readonly time?: string;
}

/** The oldest sample that a query may look back to. Servers that do not know the parameter ignore it. */
const LOOKBACK = '2m';

/** Sends one instant query. Throws `prometheus-unreachable` or `prometheus-error`. */
export async function sendQuery(
  request: QueryRequest,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Extract<Answer, { status: 'success' }>['data']> {
  signal.throwIfAborted();
  const { url, headers } = target(request);
  const body = new URLSearchParams({
    query: request.query,
    timeout: `${request.timeoutMs}ms`,
    lookback_delta: LOOKBACK,
    ...(request.time === undefined ? {} : { time: request.time }),
  });
  let status: number;
  let text: string;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
    const response = await fetch(url, { method: 'POST', headers, body, signal: limit });
    status = response.status;
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(request, error);
  }
  return dataOf(request, status, text);
}

/** The address of the API below the configured URL; credentials in the URL become a header. */
function target({ url, bearerToken }: QueryRequest): { url: URL; headers: Record<string, string> } {
  const address = new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`);
  const { username, password } = address;
  address.username = '';
  address.password = '';
  if (bearerToken !== null)
    return { url: address, headers: { authorization: `Bearer ${bearerToken.reveal()}` } };
  if (username === '') return { url: address, headers: {} };
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: address, headers: { authorization: `Basic ${Buffer.from(plain).toString('base64')}` } };
}

function dataOf(request: QueryRequest, status: number, text: string) {
  const answer = Answer.safeParse(parseJson(text)).data;
  if (answer?.status === 'success') return answer.data;
  if (answer?.status === 'error') {
    const message = `Prometheus refused the ${request.what} of ${request.database}: ${answer.errorType}: ${answer.error}.`;
    const retryable = answer.errorType === 'timeout' || answer.errorType === 'unavailable' || status >= 500;
    const hint = retryable
      ? 'Try again, or make the query cheaper.'
      : `Correct ${request.setting} in the configuration.`;
    throw new FirebreakError('prometheus-error', message, { hint, retryable });
  }
  const hint =
    status === 401 || status === 403
      ? 'Set prometheus.bearerToken to a token that may query.'
      : 'Check that prometheus.url is the address of Prometheus itself, with its path prefix if it has one.';
  const message = `Prometheus of ${request.database} answered with HTTP status ${status} and not in the form of its API.`;
  throw new FirebreakError('prometheus-error', message, { hint, retryable: status === 429 || status >= 500 });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable(request: QueryRequest, error: unknown): FirebreakError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = timedOut ? `no answer within ${request.timeoutMs / 1_000} s` : code;
  return new FirebreakError(
    'prometheus-unreachable',
    `Prometheus of ${request.database} cannot be reached: ${reason}.`,
    {
      hint: 'Check prometheus.url and that it can be reached from where Firebreak runs.',
      retryable: true,
      cause: error,
    },
  );
}
