import { z } from 'zod';
import { ChangedSettings, SettingChange } from '../../domain/setting.ts';
import {
  executeSettings,
  recheckSettings,
  reconcileSettings,
  verifySettings,
} from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { planRestore } from './restore-setting/plan.ts';

/** Takes back what the valves of this run have set. */
export const step = defineStep({
  kind: 'postgres.restore-setting',
  title: 'Restore the settings that this run changed',
  description:
    'Gives every timeout and connection limit that a step of this run has set its previous value back, and RESETs what was not set. What somebody else has changed since is left alone.',
  needs: ['databases'],
  actionClass: 'session',
  params: z.strictObject({}),
  target: SettingChange,
  data: ChangedSettings,
  undo: { impossible: 'Go back to the step that had set it: it makes a new plan.' },
  plan: planRestore,
  recheck: recheckSettings,
  execute: executeSettings,
  reconcile: reconcileSettings,
  verify: verifySettings,
});
