import { ChangedSettings, ShedChange } from '../../domain/setting.ts';
import {
  executeSettings,
  recheckSettings,
  reconcileSettings,
  verifySettings,
} from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { Params, planShedding } from './shed-load/plan.ts';

/** Closes the door to the least important role, so that the important ones get through. */
export const step = defineStep({
  kind: 'postgres.shed-load',
  title: 'Shed load: no new connections for the least important role',
  description:
    'Load-shedding valve: ALTER ROLE … CONNECTION LIMIT for the least important role of shedFirst in the configuration that has sessions, one more role each time it is run. Who is not listed there, and who is protected, is never shed. It ends no session. postgres.restore-load opens the valve again in steps, to exactly the limit from before.',
  needs: ['databases'],
  actionClass: 'session',
  params: Params,
  target: ShedChange,
  data: ChangedSettings,
  undo: { stepKind: 'postgres.restore-load' },
  plan: planShedding,
  recheck: recheckSettings,
  execute: executeSettings,
  reconcile: reconcileSettings,
  verify: verifySettings,
});
