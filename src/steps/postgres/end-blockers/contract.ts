import { z } from 'zod';
import { Sourced } from '../../shared/ending/source.ts';
import type { Approved, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  limit: z
    .int()
    .min(1)
    .max(50)
    .default(20)
    .describe('How many sessions are offered, the head of the queue first'),
  server: z.string().min(1).default('primary').describe('"primary" or the name of a configured replica'),
  cancelSeconds: z
    .int()
    .min(1)
    .max(120)
    .default(5)
    .describe(
      'How long a cancelled statement may take to end before it is terminated; thrice that under overload',
    ),
  waitersBelow: z
    .int()
    .min(1)
    .default(3)
    .describe('Fewer sessions that wait for locks mean that the queue is gone'),
  proofSeconds: z.int().min(2).max(150).default(10).describe('How long no new queue may form'),
  drainSeconds: z.int().min(2).max(600).default(30).describe('How long the old queue may take to drain'),
});
export type Params = z.output<typeof Params>;

/** Names one session for ever, what may start it again, and whether others waited for it. */
export const Blocker = z.object({ ...Sourced.shape, blocks: z.boolean() });
export type Blocker = z.infer<typeof Blocker>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedEnd = Approved<typeof Params, Blocker>;
