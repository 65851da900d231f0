import { PublishedTable } from '../../domain/change-capture.ts';
import { defineStep } from '../step-kind.ts';
import {
  CaptureMade,
  executeCapture,
  recheckCapture,
  reconcileCapture,
  verifyCapture,
} from './capture-changes/carry-out.ts';
import { Params, planCapture } from './capture-changes/plan.ts';

/** Publishes tables for a database of their own for analytics, and makes the slot that it reads. */
export const step = defineStep({
  kind: 'postgres.capture-changes',
  title: 'Publish tables for an analytics database',
  description:
    'Remedy: a publication of the chosen tables and a logical slot, which a dedicated analytics database subscribes to. It refuses without wal_level logical, a free slot, or a limit on what slots keep (max_slot_wal_keep_size), leaves out tables whose rows cannot be told apart, and has the statements for both sides. The audits slot-retention and slot-limit watch the slot.',
  needs: ['databases'],
  actionClass: 'session',
  params: Params,
  target: PublishedTable,
  data: CaptureMade,
  undo: { stepKind: 'postgres.remove-capture' },
  plan: planCapture,
  recheck: async (ctx, { targets, params }) => await recheckCapture(ctx, targets, params),
  execute: async (ctx, { targets, params }) => await executeCapture(ctx, targets, params),
  reconcile: async (ctx, { targets, params }) => await reconcileCapture(ctx, targets, params),
  verify: async (ctx, { targets, params }) => await verifyCapture(ctx, targets, params),
});
