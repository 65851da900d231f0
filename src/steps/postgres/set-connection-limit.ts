import { ChangedSettings, SettingChange } from '../../domain/setting.ts';
import { planPatiently } from '../plan-patiently.ts';
import {
  executeSettings,
  recheckSettings,
  reconcileSettings,
  verifySettings,
} from '../shared/setting/carry-out.ts';
import { defineStep } from '../step-kind.ts';
import { Params, planLimit } from './set-connection-limit/plan.ts';

/** Keeps slots free of the role that fills them. */
export const step = defineStep({
  kind: 'postgres.set-connection-limit',
  title: 'Limit the connections of the role that fills the slots',
  description:
    'Emergency valve: ALTER ROLE … CONNECTION LIMIT for the role whose sessions fill the slots, so that the others and Firebreak get in. It ends no session, never loosens a tighter limit, and keeps the previous one so that postgres.restore-setting can take it back.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: SettingChange,
  data: ChangedSettings,
  undo: { stepKind: 'postgres.restore-setting' },
  plan: (ctx, params) => planPatiently(ctx, async () => planLimit(ctx, params)),
  recheck: recheckSettings,
  execute: executeSettings,
  reconcile: reconcileSettings,
  verify: verifySettings,
});
