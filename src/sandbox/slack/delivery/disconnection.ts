import { z } from 'zod';

/** Why Slack asks for a connection to be ended. */
export const disconnectReason = z.enum([
  'warning',
  'refresh_requested',
  'link_disabled',
  'too_many_websockets',
]);
export type DisconnectReason = z.infer<typeof disconnectReason>;

/**
 * How connections end: announced with a reason, cut without a word (`kill`), or no longer answered (`silent`). After an
 * announcement Slack sends nothing more on the connection and leaves it to the client to close it (node-slack-sdk#2752);
 * it cuts it after `closeAfterMs`.
 */
export const disconnection = z.strictObject({
  reason: z.enum([...disconnectReason.options, 'kill', 'silent']),
  which: z.enum(['all', 'oldest']).default('all'),
  closeAfterMs: z.number().min(0).max(600_000).default(10_000),
});
export type Disconnection = z.infer<typeof disconnection>;
