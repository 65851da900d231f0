import { isFirebreakError } from '../../domain/errors.ts';
import type { WatchOptions } from './watch.ts';

/**
 * Milliseconds between two looks whether Slack answered anything meanwhile. Two of them are less than the 30 s for which an
 * idle connection is kept (src/adapters/http/outgoing.ts), so that the first message of an incident finds one open; five
 * replicas, as many as Slack lets connect, stay far below its 50 calls of conversations.info a minute.
 */
const EVERY_MS = 14_000;

/**
 * Asks Slack while nothing else does: a token that was revoked or a channel that was left at noon is told at noon, not by
 * the incident of the night. While Slack is in trouble the watch asks instead.
 */
export function startHeartbeat(options: Omit<WatchOptions, 'meanwhile'>): void {
  beat(options).catch((error: unknown) => {
    if (!options.signal.aborted) options.logger.error({ err: error }, 'The heartbeat to Slack failed');
  });
}

/** With these no message can be posted. With a scope less most can, and whoever waits for one shall have it. */
const NO_MESSAGE: ReadonlySet<string> = new Set(['slack-token', 'slack-channel']);

/** Rejects when the signal aborts. */
async function beat({
  health,
  check,
  clock,
  logger,
  signal,
}: Omit<WatchOptions, 'meanwhile'>): Promise<void> {
  let told: string | null = null;
  for (;;) {
    const before = health.answers();
    await clock.sleep(EVERY_MS, signal);
    if (!health.isOpen() || health.answers() !== before) continue;
    try {
      await check();
      told = null;
    } catch (error) {
      // That Slack does not answer was told to health by the call itself.
      if (!isFirebreakError(error) || error.retryable) continue;
      const { code, message, hint } = error;
      if (NO_MESSAGE.has(code)) health.refused(error);
      else if (message !== told) logger.error({ code }, `${message} ${hint}`);
      told = message;
    }
  }
}
