import { ChangedSettings, SettingSet } from '../../domain/setting.ts';
import {
  type ApprovedChanges,
  executeSettings,
  recheckSettings,
  reconcileSettings,
  verifySettings,
} from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { Params, planLimits } from './set-limits/plan.ts';

/** Gives every role the limits that it lacks, as one set that fits together. */
export const step = defineStep({
  kind: 'postgres.set-limits',
  title: 'Give each role the limits that it lacks',
  description:
    'Remedy: ALTER ROLE … SET for the timeouts and the limit of temporary files that audits find missing, and CONNECTION LIMITs that fit into the slots together; on PostgreSQL 14 and 15 also one for the database, which keeps slots for Firebreak. Values come from what each role needed so far. It fills in what is missing and never loosens what is there; only a connection limit is lowered, where all of them together are more than there are slots. postgres.restore-setting takes it back.',
  needs: ['databases'],
  actionClass: 'session',
  params: Params,
  target: SettingSet,
  data: ChangedSettings,
  undo: { stepKind: 'postgres.restore-setting' },
  plan: planLimits,
  recheck: async (ctx, approved) => await recheckSettings(ctx, eachOf(approved)),
  execute: async (ctx, approved) => await executeSettings(ctx, eachOf(approved)),
  reconcile: async (ctx, approved) => await reconcileSettings(ctx, eachOf(approved)),
  verify: async (ctx, approved, outcome) => await verifySettings(ctx, eachOf(approved), outcome),
});

/** The single changes of the sets that were approved. */
function eachOf({ targets }: { readonly targets: readonly { identity: SettingSet }[] }): ApprovedChanges {
  return {
    targets: targets.flatMap(({ identity }) => identity.changes.map((change) => ({ identity: change }))),
  };
}
