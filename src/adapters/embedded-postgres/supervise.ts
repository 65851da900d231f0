import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PostgresServer } from './server.ts';

const LOOK_EVERY_MS = 250;
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 10_000;

/**
 * Looks after a server that this process owns: when it ends by itself, as when it is killed for its memory, it is started
 * again, with growing pauses while that fails. Disposing of it stops the server.
 */
export function supervise(
  first: PostgresServer,
  options: {
    /** Starts it at the same address. */
    readonly start: (signal: AbortSignal) => Promise<PostgresServer>;
    readonly logger: Pick<Logger, 'info' | 'error'>;
  },
): AsyncDisposable {
  const { logger } = options;
  const stopped = new AbortController();
  let current = first;

  async function pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
  }

  async function startAgain(): Promise<void> {
    logger.error(
      { dataDirectory: current.dataDirectory },
      'The embedded PostgreSQL ended by itself and is started again',
    );
    for (let wait = FIRST_PAUSE_MS; !stopped.signal.aborted; wait = Math.min(LAST_PAUSE_MS, wait * 2)) {
      try {
        current = await options.start(stopped.signal);
        logger.info({ dataDirectory: current.dataDirectory }, 'The embedded PostgreSQL is back');
        return;
      } catch (error) {
        if (stopped.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        logger.error({ error: message, retryMs: wait }, 'The embedded PostgreSQL could not be started again');
        await pause(wait);
      }
    }
  }

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      if (current.hasExited()) await startAgain();
      await pause(LOOK_EVERY_MS);
    }
  }

  const watching = watch();
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await watching;
      await current.stop();
      // The first one may own a short folder for the socket, which the later ones used.
      await first.stop();
    },
  };
}
