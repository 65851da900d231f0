import { ChangedSettings, SettingChange } from '../../domain/setting.ts';
import { planPatiently } from '../plan-patiently.ts';
import {
  executeSettings,
  recheckSettings,
  reconcileSettings,
  verifySettings,
} from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { Params, planTimeout } from './set-timeout/plan.ts';

/** Gives a role a timeout, so that what was just ended cannot come back to stay. */
export const step = defineStep({
  kind: 'postgres.set-timeout',
  title: 'Give the role behind the sessions a timeout',
  description:
    'Emergency valve: ALTER ROLE … SET statement_timeout or idle_in_transaction_session_timeout for the role of the root sessions, in their database. It is for new sessions only, never loosens a tighter value, and keeps the previous one so that postgres.restore-setting can take it back.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: SettingChange,
  data: ChangedSettings,
  undo: { stepKind: 'postgres.restore-setting' },
  plan: (ctx, params) => planPatiently(ctx, async () => planTimeout(ctx, params)),
  recheck: recheckSettings,
  execute: executeSettings,
  reconcile: reconcileSettings,
  verify: verifySettings,
});
