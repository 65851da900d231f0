import type { JsonObject } from '../json.ts';

/** Something that goes to the app. */
export interface Dispatch {
  type: 'events_api' | 'slash_commands' | 'interactive';
  payload: JsonObject;
  /** Set when the same event is sent again. */
  retry?: { num: number; reason: string };
  /** Number of the Socket Mode connection that gets it, in the order in which they were made; else in turn. */
  connection?: number;
}

/** How the app took it. Times are in milliseconds. */
export interface DeliveryVerdict {
  verdict: 'acked' | 'failed' | 'timeout';
  ms: number;
  /** The HTTP status, in HTTP mode. */
  status?: number;
  /** What the acknowledgement carried. */
  response?: unknown;
  /** Why it failed, in the words of `x-slack-retry-reason`. */
  reason?: string;
  /** The app answered with `X-Slack-No-Retry: 1`. */
  noRetry?: boolean;
}

/** A way to the app. */
export interface Delivery {
  /** Sends and waits for the acknowledgement, at most as long as Slack does; never throws. */
  deliver(dispatch: Dispatch): Promise<DeliveryVerdict>;
}
