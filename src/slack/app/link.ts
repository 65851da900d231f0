import type { Receiver } from '@slack/bolt';

/** How events reach the app: a receiver of Bolt with its health. */
export interface Link extends Receiver {
  connected(): boolean;
  lastError(): string | null;
  /** Port that is listened on, or null. */
  port(): number | null;
}
