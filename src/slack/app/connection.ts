import { isFirebreakError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import type { Health } from '../health/health.ts';
import type { ListenerContext } from '../listeners/context.ts';
import { createBoltApp } from './create-app.ts';
import type { Dispatcher } from './dispatcher.ts';
import { createDualSocketReceiver } from './dual-socket-receiver.ts';
import { createHttpLink } from './http-link.ts';
import { type InFlight, within } from './in-flight.ts';
import type { Link } from './link.ts';
import type { Identity } from './preflight.ts';
import { slackFault } from './slack-fault.ts';

/** Milliseconds that a start waits for Slack: alerts are refused for as long. */
const START_MS = 5_000;
/** Milliseconds between two tries to connect, growing. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface ConnectionOptions {
  readonly config: SlackConfig;
  readonly fetch: Fetch;
  readonly dispatcher?: Dispatcher | undefined;
  readonly logger: SlackLogger;
  readonly clock: Clock;
  readonly health: Health;
  /** Ends every try to connect. */
  readonly signal: AbortSignal;
  readonly identity: () => Promise<Identity>;
  readonly contextOf: (identity: Identity) => ListenerContext;
}

/** The way in for clicks and commands, made once and for as long as it takes. */
export interface Connection {
  /** Resolves when connected, or when Slack does not answer: then it goes on in the background. Throws what no waiting cures. */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
  connected(): boolean;
  port(): number | null;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { config, logger, clock, health, signal } = options;
  let running: { link: Link; inFlight: InFlight } | null = null;

  const createLink = (): Link =>
    config.mode === 'socket'
      ? createDualSocketReceiver(config, options, health)
      : createHttpLink(config, logger);

  async function connect(): Promise<void> {
    const link = createLink();
    const me = await options.identity();
    health.checked();
    const { app, inFlight } = await createBoltApp(config, link, options.contextOf(me));
    signal.throwIfAborted();
    running = { link, inFlight };
    try {
      await app.start();
      health.linkUp();
    } catch (error) {
      await disconnect(1_000);
      throw error;
    }
    logger.info({ team: me.teamName, mode: config.mode }, 'Connected to Slack');
  }

  let wasOpen = health.isOpen();
  health.onChange(() => {
    const isOpen = health.isOpen();
    if (isOpen && !wasOpen) running?.link.hurry();
    wasOpen = isOpen;
  });

  async function disconnect(ms: number): Promise<void> {
    const { link, inFlight } = running ?? {};
    running = null;
    await within(ms, Promise.resolve(link?.stop()));
    await inFlight?.drain(ms);
  }

  /** Tries until it is connected; what no waiting cures is told too, since a person may mend it. */
  async function keepConnecting(first: Promise<void>): Promise<void> {
    let trying = first;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        await trying;
        return;
      } catch (error) {
        if (signal.aborted) return;
        report(error);
      }
      await waitUntilOpen(pause);
      trying = connect();
    }
  }

  function report(error: unknown): void {
    const fault = slackFault(error, 'apps.connections.open', 'app');
    if (health.isOpen()) health.linkDown(fault);
    else if (!fault.retryable) health.refused(fault);
  }

  /** At least the pause, and until messages may be sent: before that no try can succeed. */
  async function waitUntilOpen(pauseMs: number): Promise<void> {
    await clock.sleep(pauseMs, signal);
    while (!health.isOpen()) await clock.sleep(FIRST_PAUSE_MS, signal);
  }

  return {
    async start() {
      const first = connect();
      let outcome: { error: unknown } | 'connected' | 'under way' = 'under way';
      const ended = first.then(
        () => {
          outcome = 'connected';
        },
        (error: unknown) => {
          outcome = { error };
        },
      );
      await within(START_MS, ended);
      const failed = failureOf(outcome);
      if (failed !== null && !(isFirebreakError(failed.error) && failed.error.retryable)) throw failed.error;
      keepConnecting(first).catch((error: unknown) => {
        if (!signal.aborted) logger.error({ err: error }, 'Firebreak gave up connecting to Slack');
      });
    },
    stop: disconnect,
    connected: () => running?.link.connected() ?? false,
    port: () => running?.link.port() ?? null,
  };
}

function failureOf(outcome: { error: unknown } | string): { error: unknown } | null {
  return typeof outcome === 'string' ? null : outcome;
}
