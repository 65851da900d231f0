import { Suspension } from '../../domain/suspension.ts';
import { planPatiently } from '../plan-patiently.ts';
import { defineStep } from '../step-kind.ts';
import { recheckSuspension, reconcileSuspension, verifySuspension } from './suspend-cronjob/after.ts';
import { Identity, Params } from './suspend-cronjob/contract.ts';
import { executeSuspension } from './suspend-cronjob/execute.ts';
import { planSuspension } from './suspend-cronjob/plan.ts';

/** Suspends the CronJob that owns the root sessions, so that killed queries do not come back. */
export const step = defineStep({
  kind: 'kubernetes.suspend-cronjob',
  title: 'Suspend the CronJob behind the queries',
  description:
    'Suspends the CronJob whose pods own the root sessions and deals with its running Jobs. It never guesses: without evidence there is nothing to do.',
  needs: ['databases', 'poolers', 'workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: Suspension,
  undo: { stepKind: 'kubernetes.resume-cronjob' },
  plan: (ctx, params) => planPatiently(ctx, async () => planSuspension(ctx, params)),
  recheck: recheckSuspension,
  execute: executeSuspension,
  reconcile: reconcileSuspension,
  verify: verifySuspension,
});
