import { DatabaseRoute, Routed } from '../../domain/database-route.ts';
import { defineStep } from '../step-kind.ts';
import { Params } from './route-to-replica/contract.ts';
import { executeRoutes, recheckRoutes, reconcileRoutes, verifyRoutes } from './route-to-replica/execute.ts';
import { planRoutes } from './route-to-replica/plan.ts';

/** Lets CronJobs read from a replica instead of the primary; decided again, it takes that back. */
export const step = defineStep({
  kind: 'kubernetes.route-to-replica',
  title: 'Let batch jobs read from the replica',
  description:
    'Writes the host of the replica into the variable of a CronJob that names the primary, after each replica was asked whether it is one and how far behind it is. The rest of the value stays and is never shown. What lies in a Secret or ConfigMap is left to a person. As files for a repository it is a patch in which no password stands. With `undo` it writes the former hosts again.',
  needs: ['databases', 'workloads'],
  actionClass: 'workload',
  params: Params,
  target: DatabaseRoute,
  data: Routed,
  undo: { stepKind: 'kubernetes.route-to-replica' },
  plan: planRoutes,
  recheck: recheckRoutes,
  execute: executeRoutes,
  reconcile: reconcileRoutes,
  verify: verifyRoutes,
});
