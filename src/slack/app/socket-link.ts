import { type App, SocketModeReceiver } from '@slack/bolt';
import { FirebreakError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../ports/http.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import { clientOptions } from './client-options.ts';
import { disconnectReason } from './disconnect-reason.ts';
import type { Dispatcher } from './dispatcher.ts';
import { within } from './in-flight.ts';
import { presentToken } from './present-token.ts';
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
  /** Tries again now if it waits before the next try. */
  hurry(): void;
}

/** What a link connects with. */
export interface SocketTools {
  readonly logger: SlackLogger;
  readonly fetch: Fetch;
  /** The way of the WebSocket, such as through a proxy; direct unless given. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Whom a link tells how it stands. */
export interface LinkReports {
  up(): void;
  /** @param tried Whether a new connection could not be made; otherwise one has ended, which is ordinary. */
  down(fault: FirebreakError, tried: boolean): void;
}

/** Milliseconds for one connection to be made; the SDK alone would try for ever (measured on 3.1.0). */
const CONNECT_MS = 12_000;
const LONGEST_PAUSE_MS = 30_000;
/** Milliseconds that Slack has for its side of the close handshake. */
const CLOSE_MS = 250;
/** So many failures in a row are logged, and then again each time this number is reached. */
const TELL_EVERY = 50;

/**
 * The SDK's own reconnection waits 5 seconds, hangs on a wrong token and rejects where nobody can catch it
 * (node-slack-sdk#2656); it is switched off, and the link is made again here: at once after a good connection,
 * with growing pauses after a failed one. When Slack asks to disconnect it does not close the connection itself, and
 * the SDK would wait for that until its pings go unanswered (node-slack-sdk#2752): the link closes it.
 */
export function createSocketLink(
  config: SlackConfig,
  secret: Secret,
  { logger, fetch, dispatcher, reports }: SocketTools & { reports: LinkReports },
): SocketLink {
  const app = presentToken(secret, fetch);
  const receiver = new SocketModeReceiver({
    appToken: app.token,
    ...(dispatcher === undefined ? {} : { dispatcher }),
    autoReconnectEnabled: false,
    logger: sdkLogger(logger),
    installerOptions: { clientOptions: clientOptions(config, logger, app.fetch) },
  });
  const { client } = receiver;
  const stopping = new AbortController();
  let hurry = new AbortController();
  let up = false;
  let failures = 0;
  let asked: FirebreakError | null = null;
  let ended = 0;
  let again: Promise<void> | undefined;

  client.on('connected', () => {
    up = true;
    failures = 0;
    asked = null;
    reports.up();
  });
  client.on('disconnected', () => {
    const was = up;
    up = false;
    ended += 1;
    if (!was || stopping.signal.aborted) return;
    reports.down(
      asked ?? slackFault(new Error('the connection ended'), 'apps.connections.open', 'app'),
      false,
    );
    again = reconnect();
  });
  client.on('ws_message', (data: unknown) => {
    const reason = disconnectReason(data);
    if (reason === null) return;
    asked = reason.fault;
    logger.debug({ reason: reason.word }, 'Slack asks to connect again');
    void closeSoon();
  });

  async function closeSoon(): Promise<void> {
    const before = ended;
    await pause(CLOSE_MS, stopping.signal);
    if (stopping.signal.aborted || ended !== before) return;
    // The SDK has sent its close frame; disconnecting once more ends the connection without Slack's answer to it.
    await within(CLOSE_MS, Promise.resolve(client.disconnect()));
  }

  async function connect(): Promise<void> {
    asked = null;
    try {
      await withTimeout(receiver.start(), CONNECT_MS, () => new Error('no connection in time'));
    } catch (error) {
      void Promise.resolve(client.disconnect()).catch(() => undefined);
      throw asked ?? slackFault(error ?? new Error('closed at once'), 'apps.connections.open', 'app');
    }
  }

  async function reconnect(): Promise<void> {
    while (!stopping.signal.aborted && !up) {
      try {
        await connect();
      } catch (error) {
        failures += 1;
        if (error instanceof FirebreakError) reports.down(error, true);
        if (failures % TELL_EVERY === 0)
          logger.warn({ err: error, failures }, 'A connection to Slack could not be made');
        hurry = new AbortController();
        const wait = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** failures);
        await pause(wait, AbortSignal.any([stopping.signal, hurry.signal]));
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
    hurry: () => hurry.abort(),
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
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
