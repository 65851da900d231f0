import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { HTTPModuleFunctions, isValidSlackRequest } from '@slack/bolt';
import type { Secret } from '../../domain/secret.ts';

const { bufferIncomingMessage, defaultBodyLimit, isRawBodyError } = HTTPModuleFunctions;
const SIGNATURE = 'x-slack-signature';
const TIMESTAMP = 'x-slack-request-timestamp';

/**
 * Bolt knows one signing secret for ever, and Slack may use the next one at any moment. So Bolt gets a secret that nobody
 * else knows, and a request that is signed by what holds now is signed anew with it; any other reaches Bolt as it came,
 * which refuses it.
 */
export function createSignedRequests(secret: Secret) {
  const own = randomBytes(32).toString('hex');

  function signAnew(request: IncomingMessage & { readonly rawBody: Buffer }): void {
    const { headers, rawBody } = request;
    const [signature, seconds] = [headers[SIGNATURE], headers[TIMESTAMP]];
    if (typeof signature !== 'string' || typeof seconds !== 'string') return;
    const body = rawBody.toString();
    const signed = { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(seconds) };
    const isSlack = secret
      .accepted()
      .some((signingSecret) => isValidSlackRequest({ signingSecret, body, headers: signed }));
    if (!isSlack) return;
    const digest = createHmac('sha256', own)
      .update(`v0:${Number(seconds)}:${body}`)
      .digest('hex');
    headers[SIGNATURE] = `v0=${digest}`;
  }

  return {
    /** For Bolt. */
    signingSecret: own,
    /** What comes before Bolt's own listener. */
    before(listener: RequestListener): RequestListener {
      return (request, response) => {
        // Bolt throws for another path, and whoever called has to get that.
        if (request.method !== 'POST') return listener(request, response);
        return bufferIncomingMessage(request, defaultBodyLimit).then(
          (buffered) => {
            signAnew(buffered);
            listener(request, response);
          },
          (error: unknown) => {
            const isLarge = isRawBodyError(error) && error.statusCode === 413;
            response.writeHead(isLarge ? 413 : 400).end();
          },
        );
      };
    },
  };
}
