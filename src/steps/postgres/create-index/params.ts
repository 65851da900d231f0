import { z } from 'zod';

export const Params = z.strictObject({
  table: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Table (schema.table) that gets an index on columns, or null for those that the audits and the plans name',
    ),
  columns: z
    .array(z.string().min(1))
    .max(8)
    .default([])
    .describe('Columns of the index, when table is named'),
  limit: z.int().min(1).max(20).default(5).describe('Most indexes of one plan'),
  lockSeconds: z
    .int()
    .min(1)
    .default(30)
    .describe('How long a build waits for one transaction that is in its way, before it is given up'),
  longTransactionSeconds: z
    .int()
    .min(1)
    .default(60)
    .describe('A transaction that is older holds a build up, and the plan refuses'),
});
export type Params = z.output<typeof Params>;
