import { z } from 'zod';
import { IndexToDrop } from '../../domain/index-build.ts';
import { defineStep } from '../step-kind.ts';
import { DroppedIndexes, dropAll, recheckDrops, reconcileDrops, verifyDrops } from './drop-index/drops.ts';
import { planDrops } from './drop-index/plan.ts';

/** Drops what this run has built, and what failed builds left behind. */
export const step = defineStep({
  kind: 'postgres.drop-index',
  title: 'Drop the indexes that are broken or were built by this run',
  description:
    'DROP INDEX CONCURRENTLY for the indexes that a step of this run has built, and for invalid ones that a failed build left behind and nobody builds now. It blocks neither reads nor writes. An index that a constraint stands on is left alone.',
  needs: ['databases'],
  actionClass: 'session',
  params: z.strictObject({
    built: z
      .boolean()
      .default(true)
      .describe('Whether to drop what this run has built too; false for the broken ones alone'),
    lockSeconds: z
      .int()
      .min(1)
      .default(30)
      .describe('How long it waits for one transaction that is in its way, before it is given up'),
  }),
  target: IndexToDrop,
  data: DroppedIndexes,
  undo: { impossible: 'Build it again with the statement in the plan; no data is lost.' },
  plan: planDrops,
  recheck: async (ctx, { targets }) => await recheckDrops(ctx, targets),
  execute: async (ctx, { targets, params }) => await dropAll(ctx, targets, params),
  reconcile: async (ctx, { targets }) => await reconcileDrops(ctx, targets),
  verify: async (ctx, { targets }, outcome) => await verifyDrops(ctx, targets, outcome),
});
