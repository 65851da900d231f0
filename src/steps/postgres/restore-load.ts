import { ChangedSettings, StagedChange } from '../../domain/setting.ts';
import { recheckSettings } from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { Params } from './restore-load/contract.ts';
import { openInStages } from './restore-load/execute.ts';
import { planOpening } from './restore-load/plan.ts';
import { reconcileOpening, verifyOpening } from './restore-load/verify.ts';

/** Opens the valves of this run again, a part at a time, and closes them when the load comes back. */
export const step = defineStep({
  kind: 'postgres.restore-load',
  title: 'Let the shed load in again, in steps',
  description:
    'Half-open: raises the CONNECTION LIMIT of each role that postgres.shed-load closed, the most important one first, in steps (25, 50, 100 %), and after each one waits until the recovery contract holds. When it does not hold, the valve is closed again. At the end it is exactly the limit from before.',
  needs: ['databases', 'poolers', 'metrics'],
  actionClass: 'session',
  params: Params,
  target: StagedChange,
  data: ChangedSettings,
  undo: { impossible: 'Go back to the step that closed the valve: it makes a new plan.' },
  plan: planOpening,
  recheck: async (ctx, approved) => recheckSettings(ctx, approved),
  execute: openInStages,
  reconcile: reconcileOpening,
  verify: verifyOpening,
});
