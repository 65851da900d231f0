import type { Receiver } from '@slack/bolt';

/** How events reach the app: a receiver of Bolt with its health. */
export interface Link extends Receiver {
  connected(): boolean;
  /** Slack answers again: what waits before it tries again need not wait longer. */
  hurry(): void;
  /** Port that is listened on, or null. */
  port(): number | null;
}
