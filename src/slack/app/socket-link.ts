import { type App, SocketModeReceiver } from '@slack/bolt';
import { FirebreakError } from '../../domain/errors.ts';
import type { Fetch } from '../../ports/http.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import { clientOptions } from './client-options.ts';
import { within } from './in-flight.ts';
import { sdkLogger } from './sdk-logger.ts';
import { slackFault } from './slack-fault.ts';
import { withTimeout } from './with-timeout.ts';

/** One Socket Mode connection that is opened again whenever it ends. */
export interface SocketLink {
  init(app: App): void;
  /** Connects; throws when the first connection cannot be made. */
  start(): Promise<void>;
  /** Connects on its own, for as long as it takes. */
  startInBackground(): void;
  stop(): Promise<void>;
  connected(): boolean;
  lastError(): string | null;
}

/** Milliseconds for one connection to be made; the SDK alone would try for ever (measured on 3.1.0). */
const CONNECT_MS = 12_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The SDK's own reconnection waits 5 seconds, hangs on a wrong token and rejects where nobody can catch it
 * (node-slack-sdk#2656); it is switched off, and the link is made again here: at once after a good connection,
 * with growing pauses after a failed one.
 */
export function createSocketLink(
  config: SlackConfig,
  appToken: string,
  { logger, fetch }: { logger: SlackLogger; fetch: Fetch },
): SocketLink {
  const receiver = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: sdkLogger(logger),
    installerOptions: { clientOptions: clientOptions(config, logger, fetch) },
  });
  const { client } = receiver;
  const stopping = new AbortController();
  let up = false;
  let lastError: string | null = null;
  let failures = 0;
  let again: Promise<void> | undefined;

  client.on('connected', () => {
    up = true;
    failures = 0;
  });
  client.on('disconnected', () => {
    const was = up;
    up = false;
    if (was && !stopping.signal.aborted) again = reconnect();
  });

  async function connect(): Promise<void> {
    try {
      await withTimeout(
        receiver.start(),
        CONNECT_MS,
        () => new Error('The connection was not made in time.'),
      );
    } catch (error) {
      void Promise.resolve(client.disconnect()).catch(() => undefined);
      const fault = slackFault(
        error ?? new Error('The connection closed at once.'),
        'apps.connections.open',
        'app',
      );
      lastError = fault.message;
      throw fault;
    }
  }

  async function reconnect(): Promise<void> {
    while (!stopping.signal.aborted && !up) {
      try {
        await connect();
      } catch (error) {
        failures += 1;
        logger.warn({ err: error, failures }, 'A connection to Slack could not be made');
        await pause(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** failures), stopping.signal);
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    // The first call sends the close frame; the second forces the socket closed when Slack does not answer.
    await within(500, Promise.resolve(client.disconnect()));
    await within(500, Promise.resolve(client.disconnect()));
    await within(1000, again ?? Promise.resolve());
    if (up) await within(500, Promise.resolve(client.disconnect()));
  }

  return {
    init: (app) => receiver.init(app),
    start: connect,
    startInBackground() {
      again = reconnect();
    },
    stop,
    connected: () => up,
    lastError: () => lastError,
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const end = (): void => resolve();
  signal.addEventListener('abort', end, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
}

/** What is missing for Socket Mode. */
export function noAppToken(): FirebreakError {
  return new FirebreakError('missing-secret', 'Socket Mode needs the app token, and none is set.', {
    hint: 'Make an App-Level Token (xapp-…) with the scope connections:write and set it, or use http mode.',
  });
}
