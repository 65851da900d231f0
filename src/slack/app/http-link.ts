import type { Server } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import { FirebreakError } from '../../domain/errors.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import type { Link } from './link.ts';
import { sdkLogger } from './sdk-logger.ts';
import { createSignedRequests } from './signed-requests.ts';

/** Receives signed requests of Slack at `/slack/events`. */
export function createHttpLink(config: SlackConfig, logger: SlackLogger): Link {
  if (config.signingSecret === null) throw noSigningSecret();
  const signed = createSignedRequests(config.signingSecret);
  const receiver = new HTTPReceiver({
    signingSecret: signed.signingSecret,
    logger: sdkLogger(logger),
    processEventErrorHandler: async ({ error, response }) => {
      logger.error({ err: error }, 'An event from Slack could not be handled');
      if (!response.headersSent) response.writeHead(500).end();
      return true;
    },
    unhandledRequestHandler: ({ response }) => {
      logger.warn('A request of Slack was not acknowledged in 3 seconds');
      if (!response.headersSent) response.writeHead(504).end();
    },
  });
  receiver.requestListener = signed.before(receiver.requestListener);
  let server: Server | undefined;
  return {
    init: (app) => receiver.init(app),
    async start() {
      server = await listen(receiver, config.host, config.port ?? 3000);
    },
    async stop() {
      if (server === undefined) return;
      server.closeIdleConnections();
      await receiver.stop();
      server = undefined;
    },
    connected: () => server?.listening === true,
    hurry() {},
    port() {
      const address = server?.address();
      return typeof address === 'object' && address !== null ? address.port : null;
    },
  };
}

async function listen(receiver: HTTPReceiver, host: string | undefined, port: number): Promise<Server> {
  try {
    return await receiver.start({ port, ...(host === undefined ? {} : { host }) });
  } catch (error) {
    throw new FirebreakError('port-taken', `Firebreak cannot listen on port ${port} for Slack.`, {
      hint: 'Stop what uses the port, or configure another one.',
      cause: error,
    });
  }
}

function noSigningSecret(): FirebreakError {
  return new FirebreakError('missing-secret', 'HTTP mode needs the signing secret, and none is set.', {
    hint: 'Copy the Signing Secret from "Basic Information" of the Slack app and set it, or use socket mode.',
  });
}
