import { z } from 'zod';

/** Why an order was not placed. */
export const FailureReason = z.enum(['acquire_timeout', 'connection', 'query']);
export type FailureReason = z.infer<typeof FailureReason>;

/** What order-service reports about itself every 250 ms; counters grow from its start. */
export const OrderStats = z.object({
  /** ISO 8601, clock of the service. */
  at: z.string(),
  placed: z.int(),
  failed: z.int(),
  failedByReason: z.partialRecord(FailureReason, z.int()),
  /** Time an order waited for a connection over the last two seconds, in ms; those that gave up count too. */
  acquireP50Ms: z.number(),
  acquireP95Ms: z.number(),
  pool: z.object({ max: z.int(), total: z.int(), idle: z.int(), waiting: z.int() }),
});
export type OrderStats = z.infer<typeof OrderStats>;
