/**
 * Streams of the journal beside those of incidents, in which something is written down that the channel is told of: each
 * name is also the key of the work that tells it.
 */
export const streams = { audits: 'audits', watchdog: 'watchdog', followUps: 'follow-ups' } as const;
