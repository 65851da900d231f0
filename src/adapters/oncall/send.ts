import { DelegateBackoff, handleWhenResult, type IRetryBackoffContext, retry } from 'cockatiel';
import type { z } from 'zod';
import { type ErrorCode, FirebreakError } from '../../domain/errors.ts';
import type { Fetch } from '../../ports/http.ts';
import { readText } from './read-text.ts';

/** How often a request is repeated. All of them may be: they only read, or carry a key that makes them one. */
const REPEATS = 2;
const PAUSE_MS = 300;
/** A service that asks for a longer pause is not waited for: whoever asked decides when to come again. */
const LONGEST_PAUSE_MS = 3_000;
const TIMEOUT_MS = 4_000;

/** A request of a service, and the form of its answer. */
export interface Request<T> {
  readonly method: 'GET' | 'POST';
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: object | string;
  /** The form of the answer; null when only its status counts. */
  readonly answer: z.ZodType<T> | null;
}

/** Sends a request and reads its answer. Throws `on-call-…` or `pager-…`, as it was made for. */
export type Send = <T>(request: Request<T>, signal: AbortSignal) => Promise<T>;

export interface SendOptions {
  readonly fetch: Fetch;
  /** What is asked, in words, such as `On-call source "platform" (PagerDuty)`. */
  readonly service: string;
  /** Where it stands in the configuration. */
  readonly setting: string;
  readonly codes: { readonly unreachable: ErrorCode; readonly error: ErrorCode };
  /** Milliseconds for one try; 4000 unless told. */
  readonly timeoutMs?: number;
}

type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: FirebreakError; readonly pauseMs: number };

export function createSend(options: SendOptions): Send {
  return async (request, signal) => {
    const policy = retry(handleWhenResult(isWorthRepeating), {
      maxAttempts: REPEATS,
      backoff: new DelegateBackoff(({ result }: IRetryBackoffContext<unknown>) =>
        'value' in result && isFailed(result.value) ? result.value.pauseMs : PAUSE_MS,
      ),
    });
    const answered = await policy.execute(async () => {
      signal.throwIfAborted();
      return await tryOnce(options, request, signal);
    }, signal);
    signal.throwIfAborted();
    if (answered.ok) return answered.value;
    throw answered.fault;
  };
}

function isFailed(value: unknown): value is Extract<Answered<unknown>, { ok: false }> {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

function isWorthRepeating(value: unknown): boolean {
  return isFailed(value) && value.fault.retryable && value.pauseMs <= LONGEST_PAUSE_MS;
}

async function tryOnce<T>(
  options: SendOptions,
  { method, url, headers, body, answer }: Request<T>,
  signal: AbortSignal,
): Promise<Answered<T>> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let response: Response;
  let text: string;
  try {
    response = await options.fetch(url, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: limit,
    });
    text = await readText(response);
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, fault: unreachable(options, error, timeoutMs), pauseMs: PAUSE_MS };
  }
  if (!response.ok) return refused(options, response);
  if (answer === null) return { ok: true, value: undefined as T };
  const parsed = answer.safeParse(parseJson(text));
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, fault: misread(options, response.status), pauseMs: PAUSE_MS };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused({ service, setting, codes }: SendOptions, response: Response): Answered<never> {
  const { status } = response;
  const retryable = status === 429 || status >= 500;
  const fault = new FirebreakError(codes.error, `${service} answered with HTTP status ${status}.`, {
    hint: hintFor(status, setting),
    retryable,
  });
  return { ok: false, fault, pauseMs: pauseOf(response) };
}

function hintFor(status: number, setting: string): string {
  if (status === 401 || status === 403) return `Check the secret in ${setting}, and what it may do.`;
  if (status === 429) return 'It takes no more requests for now; try again in a minute.';
  if (status >= 500) return 'It has trouble of its own; try again, or look at its status page.';
  return `Check the ids and addresses in ${setting}.`;
}

/** `Retry-After` in seconds or as a date; PagerDuty's REST API tells it in `ratelimit-reset`, in seconds. */
function pauseOf({ headers }: Response): number {
  const told = headers.get('retry-after') ?? headers.get('ratelimit-reset');
  if (told === null) return PAUSE_MS;
  const seconds = Number(told);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(told) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : PAUSE_MS;
}

function misread({ service, setting, codes }: SendOptions, status: number): FirebreakError {
  return new FirebreakError(
    codes.error,
    `${service} answered with HTTP status ${status} and not in the form of its API.`,
    { hint: `Check that the address in ${setting} is its own, and not that of a proxy or a login page.` },
  );
}

function unreachable(
  { service, setting, codes }: SendOptions,
  error: unknown,
  timeoutMs: number,
): FirebreakError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const cause = error instanceof Error ? error.cause : undefined;
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
  const reason = timedOut ? `no answer within ${timeoutMs / 1_000} s` : why;
  return new FirebreakError(codes.unreachable, `${service} cannot be reached: ${reason}.`, {
    hint: `Check that the address in ${setting} can be reached from where Firebreak runs.`,
    retryable: true,
    cause: error,
  });
}
