import { z } from 'zod';
import type { StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  share: z
    .number()
    .min(0.1)
    .max(0.95)
    .default(0.8)
    .describe('Which share of the connections that ordinary roles have may be opened through PgBouncer'),
  port: z.int().min(1).max(65_535).default(5432).describe('Port of the primary'),
  replicas: z
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Pods of the Kubernetes manifest; each opens its part of the connections'),
  image: z
    .string()
    .min(1)
    .default('<image of PgBouncer 1.21 or later>')
    .describe('Image of the Kubernetes manifest'),
});
export type Params = z.output<typeof Params>;

/** One role as it will be pooled. */
export const PooledRole = z.object({
  role: z.string(),
  /** Connections now, and the most that were not idle at once in what is remembered. */
  connections: z.int(),
  busiest: z.int(),
  /** Connections of the server that it may have. */
  most: z.int(),
});
export type PooledRole = z.infer<typeof PooledRole>;

/** What the configuration is made from. */
export const Sizes = z.object({
  database: z.string(),
  host: z.string(),
  roles: z.array(PooledRole),
  /** Connections that ordinary roles share, and how many of them PgBouncer may open. */
  slots: z.int(),
  servers: z.int(),
  clients: z.int(),
});
export type Sizes = z.infer<typeof Sizes>;

export type Ctx = StepContext<'databases' | 'poolers' | 'workloads'>;
