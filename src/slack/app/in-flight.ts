import type { App } from '@slack/bolt';
import type { SlackLogger } from '../bot.ts';

/** Knows the listeners that run. */
export interface InFlight {
  /** Waits for the running listeners, at most this many milliseconds. */
  drain(ms: number): Promise<void>;
}

/** Slack sends an event again after 3 s without an acknowledgement; what takes longer is in good hands by then. */
const EVENT_ACK_MS = 2_500;

/**
 * Guards every event that a receiver hands to the app: it is acknowledged exactly once, also when no listener
 * matches or one throws, and a late acknowledgement is logged instead of thrown. Receivers only call processEvent
 * (measured on Bolt 5.1.0). Bolt acknowledges what comes by the Events API before its listener begins; here it is
 * acknowledged afterwards, as a click is, so that Slack gives it to another process when this one dies over it.
 */
export function guardEvents(app: App, logger: SlackLogger): InFlight {
  const running = new Set<Promise<void>>();
  const process = app.processEvent.bind(app);
  app.processEvent = (event) => {
    let acknowledged = false;
    const ack: typeof event.ack = async (response) => {
      if (acknowledged) return;
      acknowledged = true;
      try {
        await event.ack(response);
      } catch (error) {
        logger.warn({ err: error }, 'An acknowledgement did not reach Slack');
      }
    };
    const isEvent = event.body.type === 'event_callback';
    const handled = process({ ...event, ack: isEvent ? async () => undefined : ack }).catch(
      (error: unknown) => {
        logger.error({ err: error }, 'An event from Slack could not be handled');
      },
    );
    const ended = handled.then(() => ack());
    if (isEvent) void within(EVENT_ACK_MS, handled).then(() => ack());
    running.add(ended);
    return ended.finally(() => running.delete(ended));
  };
  return {
    async drain(ms) {
      await within(ms, Promise.allSettled(running));
    },
  };
}

/** Waits for a promise, at most this many milliseconds. Never throws. */
export async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: expired, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise.catch(() => undefined), expired]);
  clearTimeout(timer);
}
