import { parseJson } from '../json.ts';
import type { Delivery, DeliveryVerdict, Dispatch } from './delivery.ts';
import { signatureHeaders } from './signature.ts';

/** What signed HTTP delivery needs. */
export interface HttpDeliveryOptions {
  requestUrl: string;
  signingSecret: string;
  /** Milliseconds after which Slack gives up waiting. */
  ackTimeoutMs: number;
}

const FORM = 'application/x-www-form-urlencoded';

function encode(dispatch: Dispatch): { body: string; type: string } {
  if (dispatch.type === 'events_api') {
    return { body: JSON.stringify(dispatch.payload), type: 'application/json' };
  }
  const fields =
    dispatch.type === 'interactive'
      ? { payload: JSON.stringify(dispatch.payload) }
      : Object.fromEntries(Object.entries(dispatch.payload).map(([key, value]) => [key, String(value)]));
  return { body: new URLSearchParams(fields).toString(), type: FORM };
}

/** Sends to the app's request URL with Slack's signature. The signature uses real time, which the app checks. */
export class HttpDelivery implements Delivery {
  readonly #options: HttpDeliveryOptions;

  constructor(options: HttpDeliveryOptions) {
    this.#options = options;
  }

  async deliver(dispatch: Dispatch): Promise<DeliveryVerdict> {
    const started = Date.now();
    try {
      const response = await this.#post(dispatch);
      const text = await response.text();
      const verdict = { ms: Date.now() - started, status: response.status };
      const noRetry = response.headers.get('x-slack-no-retry') === '1';
      if (!response.ok) return { verdict: 'failed', ...verdict, reason: 'http_error', noRetry };
      return { verdict: 'acked', ...verdict, response: parseJson(text) ?? text };
    } catch (error) {
      const ms = Date.now() - started;
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      return timedOut
        ? { verdict: 'timeout', ms, reason: 'http_timeout' }
        : { verdict: 'failed', ms, reason: 'connection_failed' };
    }
  }

  #post(dispatch: Dispatch): Promise<Response> {
    const { body, type } = encode(dispatch);
    const retry = dispatch.retry;
    return fetch(this.#options.requestUrl, {
      method: 'POST',
      body,
      redirect: 'error',
      headers: {
        'content-type': type,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...signatureHeaders(this.#options.signingSecret, Date.now(), body),
        ...(retry === undefined
          ? {}
          : { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }),
      },
      signal: AbortSignal.timeout(this.#options.ackTimeoutMs),
    });
  }
}
