import { IndexSpec } from '../../domain/index-build.ts';
import { buildAll } from '../shared/indexes/build-all.ts';
import { BuiltIndexes } from '../shared/indexes/outcome.ts';
import { reconcileBuilds } from '../shared/indexes/reconcile-builds.ts';
import { verifyBuilds } from '../shared/indexes/verify-builds.ts';
import { defineStep } from '../step-kind.ts';
import { Params, planIndexes } from './create-index/plan.ts';
import { recheckIndexes } from './create-index/recheck.ts';

/** Builds the indexes that large scans and foreign keys lack, without blocking writes. */
export const step = defineStep({
  kind: 'postgres.create-index',
  title: 'Build the missing indexes',
  description:
    'Remedy: CREATE INDEX CONCURRENTLY, one after the other, for foreign keys without an index and for full scans in the plans of the heaviest statements, measured by hypopg where the extension is there. It shows how far the build is. It refuses while a long transaction would hold it up or another build runs, and drops what a failed build leaves behind.',
  needs: ['databases', 'advisor'],
  actionClass: 'session',
  params: Params,
  target: IndexSpec,
  data: BuiltIndexes,
  undo: { stepKind: 'postgres.drop-index' },
  plan: planIndexes,
  recheck: recheckIndexes,
  execute: async (ctx, { targets, params }) => await buildAll(ctx, targets, params),
  reconcile: async (ctx, { targets }) => await reconcileBuilds(ctx, targets),
  verify: async (ctx, { targets }, outcome) => await verifyBuilds(ctx, targets, outcome),
});
